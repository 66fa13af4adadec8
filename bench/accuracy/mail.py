"""The corpus as events, and the gate that every tool gets: a first contact, and no sign of life."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from missent.audit.sources import jsonl
from missent.audit.sources.interface import Tally
from missent.memory.ledger import Ledger
from missent.memory.remember import remember

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from missent.audit.sources.interface import Event
    from missent.core.address import Address

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("MISSENT_DATA", ROOT / ".." / "shared" / "data"))
CORPUS = "enron-1998-2001h1.jsonl.gz"


class Span(NamedTuple):
    """Some of the mail, by the days on which it begins and ends; "" for the corpus' own.

    Attributes:
        since: the first day, as `2001-01-01`.
        until: the day after the last.
    """

    since: str = ""
    until: str = ""

    @property
    def moments(self) -> tuple[int, int]:
        """The first moment, and the one after the last, in seconds since the epoch."""
        return _moment(self.since or "1970-01-01"), _moment(self.until or "2100-01-01")


WHOLE = Span()
# Where missent is new: these are replayed alone, with nothing known before.
FRESH = (
    Span("2000-01-01", "2000-07-01"),
    Span("2000-07-01", "2001-01-01"),
    Span("2001-01-01"),
    Span("2001-04-01"),
)


def _moment(day: str) -> int:
    return int(dt.datetime.fromisoformat(f"{day}T00:00+00:00").timestamp())


def events(span: Span = WHOLE) -> Iterator[Event]:
    """Every message of the corpus that lies in a span, in the order of time."""
    since, until = span.moments
    for event in jsonl.read(DATA / CORPUS, Tally()):
        if since <= event.at < until:
            yield event


def is_decided(event: Event) -> bool:
    """Whether a person sent it, so that somebody could have been asked."""
    return event.message.mail_from is not None and not event.automatic


def first_contacts(
    learn: Callable[[Address], None] | None = None,
) -> Iterator[tuple[int, str, Address]]:
    """Recipients that their sender never wrote to, and who never wrote to anyone here.

    Args:
        learn: told of every address that is new, sender or recipient, after its message has been
            decided.

    Yields:
        When, the sender's key, and the recipient.
    """
    ledger = Ledger()
    known: set[str] = set()
    for event in events():
        sender = event.message.mail_from
        recipients = {r.address.key: r.address for r in event.message.recipients}
        if sender is not None and is_decided(event):
            for key, address in recipients.items():
                if _is_first(ledger, sender.key, key):
                    yield event.at, sender.key, address
        remember(ledger, event.message, event.at, automatic=event.automatic)
        for address in (*recipients.values(), *([sender] if sender else [])):
            if learn and address.key not in known:
                known.add(address.key)
                learn(address)


def _is_first(ledger: Ledger, sender: str, key: str) -> bool:
    pair, whole = ledger.pair(sender, key), ledger.address(key)
    return not (pair and pair.sent) and not (whole and whole.received)
