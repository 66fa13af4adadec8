"""Politeness: so many questions open at a time, and so many a second."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_BURST = 0.05  # seconds that may be made up for: a timer is no more exact under load


class Pace:
    """A bound on work under way, and on its beginnings a second.

    Args:
        rate: beginnings a second.
        parallel: how many may be under way.
    """

    def __init__(self, rate: float, parallel: int) -> None:
        self._between = 1 / rate
        self._places = asyncio.Semaphore(parallel)
        self._next = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for one's turn, and hold a place for as long as the work takes."""
        async with self._places:
            now = asyncio.get_running_loop().time()
            begin = max(self._next, now - _BURST)
            self._next = begin + self._between
            if begin > now:
                await asyncio.sleep(begin - now)
            yield
