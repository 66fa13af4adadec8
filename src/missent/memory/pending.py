"""What waits to be written: in order, bounded, and with somebody to tell when it is durable."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from typing import TYPE_CHECKING

from missent.memory.interface import Batch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missent.core.errors import StoreError
    from missent.memory.learned import Correction, Delta

_AT_ONCE = 5_000  # items in one transaction: others wait for its end


class Pending:
    """A queue between what happens and the store. For one event loop."""

    def __init__(self, most: int) -> None:
        """Keep at most so many items; the oldest goes when another comes."""
        self.lost = 0
        """How many items went because the store failed for too long."""
        self._most = most
        self._queue: deque[Batch] = deque()
        self._items = 0
        self._taken: list[Batch] = []
        # Sums, which take no room however many they are of.
        self._tally: Counter[tuple[int, str]] = Counter()
        self._tally_taken: Counter[tuple[int, str]] = Counter()
        self._added = self._done = 0  # batches and tallies, ever
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._wake = asyncio.Event()
        self.hurry = asyncio.Event()
        """Set while somebody waits for what was added."""

    def __len__(self) -> int:
        return self._items + len(self._tally)

    def add(self, batch: Batch) -> None:
        """Queue a batch."""
        if not batch:
            return
        self._queue.append(batch)
        self._added += 1
        self._items += _size(batch)
        while self._items > self._most and len(self._queue) > 1:
            oldest = self._queue.popleft()
            self._done += 1
            self._items -= _size(oldest)
            self.lost += _size(oldest)
        self._wake.set()

    def count(self, day: int, kinds: Iterable[str]) -> None:
        """Count one more of each kind."""
        if not self._tally:
            self._added += 1
        for kind in kinds:
            self._tally[day, kind] += 1
        self._wake.set()

    def wake(self) -> None:
        """Let `something` return though nothing was added."""
        self._wake.set()

    async def something(self, most: float) -> None:
        """Wait until something was added, but not for longer than `most` seconds."""
        try:
            async with asyncio.timeout(most):
                await self._wake.wait()
        except TimeoutError:
            return

    def take(self) -> Batch:
        """Take what is to be written next; then say `done` or `put_back`."""
        size = 0
        while self._queue and (size == 0 or size + _size(self._queue[0]) <= _AT_ONCE):
            size += _size(self._queue[0])
            self._taken.append(self._queue.popleft())
        if not self._queue:
            self._wake.clear()
            self._tally, self._tally_taken = Counter(), self._tally
        return Batch(
            [lesson for batch in self._taken for lesson in batch.lessons],
            [correction for batch in self._taken for correction in batch.corrections],
            [decision for batch in self._taken for decision in batch.decisions],
            self._tally_taken,
        )

    def done(self) -> None:
        """What was taken is durable."""
        self._done += len(self._taken) + bool(self._tally_taken)
        self._items -= sum(map(_size, self._taken))
        self._taken.clear()
        self._tally_taken = Counter()
        ready = [future for ticket, future in self._waiting if ticket <= self._done]
        self._waiting = [(t, future) for t, future in self._waiting if t > self._done]
        if not self._waiting:
            self.hurry.clear()
        for future in ready:
            if not future.done():
                future.set_result(None)

    def put_back(self) -> None:
        """What was taken could not be written; it is the next again."""
        self._queue.extendleft(reversed(self._taken))
        self._taken.clear()
        if self._tally and self._tally_taken:
            self._done += 1  # two become one
        self._tally += self._tally_taken
        self._tally_taken = Counter()
        self._wake.set()

    def failed(self, error: StoreError) -> None:
        """Tell everybody who waits that the store failed; nothing is taken from the queue."""
        for _, future in self._waiting:
            if not future.done():
                future.set_exception(error)
        self._waiting.clear()

    async def written(self) -> None:
        """Wait until all that was added before is durable.

        Raises:
            StoreError: the store failed meanwhile.
        """
        if self._done == self._added:
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((self._added, future))
        self.hurry.set()
        await future

    def deltas(self) -> dict[tuple[str, str], list[Delta]]:
        """What is queued, by pair."""
        found: dict[tuple[str, str], list[Delta]] = {}
        for batch in self._queue:
            for lesson in batch.lessons:
                for delta in lesson.deltas:
                    found.setdefault((delta.sender, delta.address), []).append(delta)
        return found

    def corrections(self) -> list[Correction]:
        """The corrections that are queued."""
        return [correction for batch in self._queue for correction in batch.corrections]


def _size(batch: Batch) -> int:
    return len(batch.lessons) + len(batch.corrections) + len(batch.decisions)
