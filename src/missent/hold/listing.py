"""Goes through held messages, page by page, however many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from missent.hold.held import Held
    from missent.hold.interface import HoldStore

_AT_ONCE = 1000


async def through(store: HoldStore, *, every: bool = False) -> AsyncIterator[Held]:
    """Messages with a recipient that is held (or all), the oldest first."""
    after = None
    while some := await store.messages(every=every, after=after, limit=_AT_ONCE):
        for held in some:
            yield held
        after = some[-1].place
