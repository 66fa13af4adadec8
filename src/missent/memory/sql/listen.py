"""PostgreSQL tells when somebody wrote: LISTEN, on a connection that is kept for it."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

CHANNEL = "missent"
_AGAIN = 5.0  # seconds before another try, where no connection could be had


class Listener:
    """Hears of every transaction that took a number of `state.change`.

    Attributes:
        heard: whether there was one since the last `listen`; None while nobody could tell.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        """Name the database; nothing is connected before the first `listen`."""
        self.heard: bool | None = None
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self._try_at = 0.0

    async def listen(self) -> None:
        """Be about to read: what is written from now on will be heard."""
        if self.heard is None and time.monotonic() >= self._try_at:
            self._try_at = time.monotonic() + _AGAIN
            await self.close()
            # Whoever reads next finds out what is wrong, and says so.
            with suppress(SQLAlchemyError, OSError, TimeoutError):
                await self._connect()
        if self.heard is not None:
            self.heard = False

    async def close(self) -> None:
        """Hear no more."""
        connection, self._connection, self.heard = self._connection, None, None
        if connection is not None:
            with suppress(SQLAlchemyError, OSError, TimeoutError):
                await connection.invalidate()
                await connection.close()

    async def _connect(self) -> None:
        self._connection = await self._engine.connect()
        raw = await self._connection.get_raw_connection()
        driver: Any = raw.driver_connection
        driver.add_termination_listener(self._lost)
        await driver.add_listener(CHANNEL, self._notice)
        self.heard = False

    def _notice(self, *_: object) -> None:
        self.heard = True

    def _lost(self, *_: object) -> None:
        self.heard = None
