"""Many writes of one kind in one transaction: those that wait while the one before is synced."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from missent.memory.sql.store import SqlStore

Item = TypeVar("Item")
Found = TypeVar("Found")
_MOST = 100  # writes in one transaction
_OCTETS = 8 << 20  # of what they carry, roughly


class Together(Generic[Item, Found]):
    """Writes that touch rows of their own, so that none waits for another's rows."""

    def __init__(
        self,
        store: SqlStore,
        write: Callable[[AsyncConnection, Sequence[Item]], Awaitable[Sequence[Found]]],
    ) -> None:
        """Write with this, which is given some items and finds something for each."""
        self._store = store
        self._write_all = write
        self._waiting: list[tuple[Item, asyncio.Future[Found], int]] = []
        self._writing: asyncio.Task[None] | None = None

    async def do(self, item: Item, octets: int = 0) -> Found:
        """Write this, perhaps with others; it is durable on return.

        Raises:
            StoreError: nothing of the transaction was done.
        """
        done: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done, octets))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await done

    async def _write(self) -> None:
        try:
            while self._waiting:
                await self._write_some(self._take())
        finally:
            self._writing = None

    def _take(self) -> dict[asyncio.Future[Found], Item]:
        taken: dict[asyncio.Future[Found], Item] = {}
        octets = 0
        while self._waiting and len(taken) < _MOST and octets < _OCTETS:
            item, done, size = self._waiting.pop(0)
            if not done.cancelled():
                taken[done] = item
                octets += size
        return taken

    async def _write_some(self, some: dict[asyncio.Future[Found], Item]) -> None:
        try:
            async with self._store.writing() as connection:
                found = await self._write_all(connection, list(some.values()))
        except BaseException as error:
            for done in some:
                if not done.done():
                    done.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for done, one in zip(some, found, strict=True):
            if not done.done():
                done.set_result(one)
