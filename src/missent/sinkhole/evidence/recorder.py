"""Writes what was counted, every few seconds; a crash loses what was counted since then."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

import structlog

from missent.core.errors import StoreError

if TYPE_CHECKING:
    from missent.memory.refusals import Refusals
    from missent.sinkhole.evidence.tally import Tally

_log = structlog.get_logger("missent.sinkhole")
_MOST_KEPT = 200_000  # counters that wait for a store that cannot be reached


class Counts(Protocol):
    """A store of counts."""

    async def add(self, batch: Refusals) -> None:
        """Add to what is there, durably.

        Raises:
            StoreError: it cannot be written now.
        """


class Recorder:
    """Carries counts from a tally to a store.

    Args:
        tally: counts.
        counts: the store; None only logs the sums.
        seconds: between two writes.
    """

    def __init__(self, tally: Tally, counts: Counts | None, seconds: float) -> None:
        self._tally = tally
        self._counts = counts
        self._seconds = seconds
        self._pending: Refusals | None = None
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Write until `close`, and then once more."""
        while not self._stopped.is_set():
            try:
                async with asyncio.timeout(self._seconds):
                    await self._stopped.wait()
            except TimeoutError:
                pass
            await self.flush()

    def close(self) -> None:
        """Let `run` end."""
        self._stopped.set()

    async def flush(self) -> None:
        """Write what there is. What cannot be written now is added to the next time's."""
        batch = self._tally.take()
        if self._pending is not None:
            batch.merge(self._pending)
            self._pending = None
        if not batch:
            return
        _log.info("refused", **batch.sums)
        if self._counts is None:
            return
        try:
            await self._counts.add(batch)
        except StoreError as error:
            if len(batch.counts) > _MOST_KEPT:
                _log.error("counts lost", reason=str(error), **batch.sums)
                return
            _log.error("counts not written; they are kept and tried again", reason=str(error))
            self._pending = batch
