"""What a running gate does all the time, in SQLite: a whole transaction in one turn of a thread.

SQLAlchemy's asynchronous SQLite gives each statement, cursor and commit to its thread one by one.
A small transaction takes some forty such turns; they cost four times as much as the statements.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from missent.memory.sql.engine import WRITING, connect_waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import URL, Connection

P = ParamSpec("P")
T = TypeVar("T")


class Thread:
    """One thread, with a connection of its own that is opened when it is first used."""

    def __init__(self, url: URL) -> None:
        self._engine = connect_waiting(url)
        self._writing = self._engine.execution_options(**WRITING)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="missent-store")

    async def write(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do some work in a transaction that may write."""

        def run() -> T:
            with self._writing.begin() as connection:
                return work(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._pool, run)

    async def read(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do some work in a transaction that reads."""

        def run() -> T:
            with self._engine.connect() as connection:
                return work(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._pool, run)

    async def close(self) -> None:
        """End it, after what it is at."""
        await asyncio.to_thread(self._pool.shutdown)
        self._engine.dispose()
