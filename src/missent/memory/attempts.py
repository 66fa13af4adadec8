"""`gates.confirm.Attempts` on a store: one count for all processes and hosts that share it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from missent.memory.interface import Store


class StoredAttempts:
    """Counts attempts in a store, which must stay open as long."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def first(
        self, purpose: str, sender: str, address: str, at: int, within: int
    ) -> int | None:
        """Tell when this was first tried, and record it where it was not."""
        return await self._store.attempted(purpose, sender, address, at, within)

    async def forget(self, purpose: str, sender: str, address: str) -> None:
        """Drop an attempt: the next one is a first one again."""
        await self._store.drop_attempt(purpose, sender, address)
