"""Waits for news or a deadline: one future and one timer, moved only when it must ring earlier."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio


class Waiter:
    """What one task waits by.

    Attributes:
        expires: the deadline, of the loop's clock.
    """

    __slots__ = ("_loop", "_timer", "_waiting", "expires")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.expires = 0.0
        self._loop = loop
        self._waiting: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def late(self) -> bool:
        """Whether the deadline has passed."""
        return self._loop.time() >= self.expires

    async def wait(self) -> None:
        """Wait for `wake`, or for the deadline; it may have moved since, so look again."""
        timer = self._timer
        if timer is None or timer.when() > self.expires:
            if timer is not None:
                timer.cancel()
            self._timer = self._loop.call_at(self.expires, self._ring)
        self._waiting = self._loop.create_future()
        try:
            await self._waiting
        finally:
            self._waiting = None

    def wake(self) -> None:
        """There is news."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def close(self) -> None:
        """Nobody will wait any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _ring(self) -> None:
        self._timer = None
        if self._waiting is None:
            return
        if self.late:
            self.wake()
        else:
            self._timer = self._loop.call_at(self.expires, self._ring)
