"""Learns from past mail: reads sources and writes what they teach into a store.

Every recipient of a message is counted once, whatever it was read from, and what was counted is
noted in the same transaction. So learning may be broken off at any moment and begun again: what
was counted already is passed over.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from missent.audit.sources.detect import detect, reader
from missent.audit.sources.folder import octets
from missent.audit.sources.interface import Bounce, Tally
from missent.memory.interface import Batch
from missent.memory.lessons import lessons, returned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from missent.audit.sources.interface import Event
    from missent.memory.interface import Store
    from missent.memory.learned import Lesson

_AT_ONCE = 10_000  # lessons in one transaction: half a second, for which other writers wait


@dataclass(frozen=True, slots=True)
class LearnOptions:
    """How past mail is understood.

    Attributes:
        own_domains: the organisation's domains, as `Domain.name`; empty where not known: then
            every message counts as sent and as received.
        format: of the sources, a key of `detect.READERS`; None to tell it by their content.
        since: mail before this moment is passed over, in seconds since the epoch; with a retention
            period it would be forgotten at once, and counted again the next time.
        now: the present moment, likewise; no mail is from later.
    """

    own_domains: frozenset[str] = frozenset()
    format: str | None = None
    since: int = 0
    now: int = field(default_factory=lambda: int(time.time()))


@dataclass(slots=True)
class Learned:
    """What one source gave.

    Attributes:
        path: the source.
        format: what it was read as.
        size: its octets.
        tally: what was read and what was skipped.
        old: messages before `since`.
        foreign: messages between outsiders, which teach nothing.
        bounces: recipients that turned out not to exist.
        lessons: recipients (and senders) of messages.
        new: those of them that no source had given before.
    """

    path: Path
    format: str
    size: int
    tally: Tally = field(default_factory=Tally)
    old: int = 0
    foreign: int = 0
    bounces: int = 0
    lessons: int = 0
    new: int = 0


async def learn(
    sources: Sequence[Path],
    store: Store,
    options: LearnOptions,
    progress: Callable[[Learned], None] = lambda _: None,
) -> list[Learned]:
    """Learn from past mail.

    Args:
        sources: files and folders.
        store: where it is remembered.
        options: how they are understood.
        progress: called now and then with the source that is being read, and at its end.

    Returns:
        One summary a source.

    Raises:
        OSError: a source cannot be opened. One that breaks off within is learned up to there, and
            its tally says so.
        ValueError: a source has none of the formats.
        StoreError: the store cannot be written.
    """
    # All are looked at before the first is read: a wrong name is told at once.
    found = [Learned(path, options.format or detect(path), octets(path)) for path in sources]
    for source in found:
        batch: list[Lesson] = []
        try:
            for learned in _lessons(source, options):
                batch += learned
                if len(batch) >= _AT_ONCE:
                    await _write(source, store, batch)
                    progress(source)
        except OSError as error:
            if not source.tally.octets:
                raise
            source.tally.end(f"after {source.tally.events} messages", str(error))
        await _write(source, store, batch)
        progress(source)
    return found


async def _write(source: Learned, store: Store, batch: list[Lesson]) -> None:
    if batch:
        source.new += (await store.write(Batch(batch))).new
        source.lessons += len(batch)
        batch.clear()


def _lessons(source: Learned, options: LearnOptions) -> Iterator[list[Lesson]]:
    own = options.own_domains
    for event in reader(source.format, options.now)(source.path, source.tally):
        if event.at < options.since:
            source.old += 1
            continue
        learned = lessons(event.message, event.at, own, event.key, automatic=event.automatic)
        if event.bounced:
            bounces = [bounce for bounce in event.bounced if _is_ours(bounce, own)]
            source.bounces += len(bounces)
            learned += returned(
                [(b.sender, b.address, b.message_id) for b in bounces], event.at, event.key
            )
        if not learned:
            source.foreign += _is_foreign(event)
        yield learned


def _is_ours(bounce: Bounce, own: frozenset[str]) -> bool:
    """Whether one of ours wrote: what outsiders try in vain says nothing, and has no end."""
    return not own or bounce.sender is None or bounce.sender.domain.name in own


def _is_foreign(event: Event) -> bool:
    return not event.automatic and event.message.mail_from is not None
