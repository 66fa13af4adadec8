"""Many small writes in one transaction: those that wait while the one before is synced."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from missent.memory.sql.store import SqlStore

T = TypeVar("T")
_Work: TypeAlias = "tuple[Callable[[AsyncConnection], Awaitable[Any]], asyncio.Future[Any]]"
_MOST = 100  # writes in one transaction
_OCTETS = 8 << 20  # of what they carry, roughly


class Together:
    """Carries out writes that touch rows of their own, so that none waits for another's rows."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._waiting: list[tuple[Callable[[AsyncConnection], Awaitable[Any]], Any, int]] = []
        self._writing: asyncio.Task[None] | None = None

    async def do(self, work: Callable[[AsyncConnection], Awaitable[T]], octets: int = 0) -> T:
        """Do this within a transaction, perhaps with others' work; it is durable on return.

        Raises:
            StoreError: nothing of the transaction was done.
        """
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done, octets))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await done

    async def _write(self) -> None:
        try:
            while self._waiting:
                await self._write_some(self._take())
        finally:
            self._writing = None

    def _take(self) -> list[_Work]:
        taken: list[_Work] = []
        octets = 0
        while self._waiting and len(taken) < _MOST and octets < _OCTETS:
            work, done, size = self._waiting.pop(0)
            if not done.cancelled():
                taken.append((work, done))
                octets += size
        return taken

    async def _write_some(self, some: list[_Work]) -> None:
        try:
            async with self._store.writing() as connection:
                found = [await work(connection) for work, _ in some]
        except BaseException as error:
            for _, done in some:
                if not done.done():
                    done.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, done), one in zip(some, found, strict=True):
            if not done.done():
                done.set_result(one)
