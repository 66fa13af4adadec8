"""Past mail in the order of time, from sources that are nearly in order, within bounded memory."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from missent.audit.sources.interface import Event

WINDOW = 250_000


class OrderError(ValueError):
    """A source is further out of order than the window can mend; the text says by how much."""


def in_order(
    sources: Sequence[tuple[str, Iterable[Event]]], window: int = WINDOW
) -> Iterator[Event]:
    """Give the events of all sources together, in the order of time.

    A source of up to `window` messages may stand in any order; in a longer one no message may come
    more than that many places too late. Those of the same second come in the order of their keys,
    so that it makes no difference how the mail is sorted and parted.

    Args:
        sources: each with its name, for the error.
        window: how many messages are held in memory at most, all sources together.

    Raises:
        OrderError: a source is further out of order than that.
    """
    each = max(window // max(len(sources), 1), 1)
    sorted_sources = [_sorted(name, events, each) for name, events in sources]
    if len(sorted_sources) == 1:
        return sorted_sources[0]
    return heapq.merge(*sorted_sources, key=_place)


def _place(event: Event) -> tuple[int, str, int]:
    return event.at, event.key, -len(event.message.recipients)


def _sorted(name: str, events: Iterable[Event], window: int) -> Iterator[Event]:
    heap: list[tuple[int, str, int, int, Event]] = []
    given = 0
    for number, event in enumerate(events):
        if event.at < given:
            raise OrderError(
                f"{name}: message {number + 1} is {_span(given - event.at)} older than one that was"
                f" decided already; sort the source by time, or hold more than {window} messages"
                " with --window"
            )
        if len(heap) < window:
            heapq.heappush(heap, (*_place(event), number, event))
            continue
        given, *_, first = heapq.heappushpop(heap, (*_place(event), number, event))
        yield first
    heap.sort()
    for *_, event in heap:
        yield event


def _span(seconds: int) -> str:
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"
