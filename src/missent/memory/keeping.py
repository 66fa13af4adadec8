"""Keeps what a process knows and its store alike.

What was learned here is written by a task of its own, in order; what other processes wrote is
fetched when the store says that there is something, and a few times a second in any case.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from missent.core.errors import StoreError
from missent.core.facts import Use
from missent.core.permission import Permissions
from missent.memory.interface import Batch
from missent.memory.load import load, warm
from missent.memory.pending import Pending
from missent.memory.view import Overlay, View, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.memory.interface import Store
    from missent.memory.learned import Changes, Correction, Delta, Head, Lesson
    from missent.memory.snapshot import Snapshot

_log = structlog.get_logger("missent.memory")
_LONGEST_RETRY = 60.0


@dataclass(frozen=True, slots=True)
class MemoryOptions:
    """How a process keeps its memory.

    Attributes:
        look: how often the store is asked whether others wrote, in seconds.
        poll: how often it is read where it cannot tell that, in seconds.
        share: of the time may go into writing: under load a write waits for more to write, the
            longer the longer writes take.
        gather: how long it waits at most, in seconds.
        retry: how long to wait after the store failed, in seconds; doubled up to a minute.
        waiting: how much may wait for a store that fails; beyond it the oldest is lost.
        overlay: how many pairs may lie over a snapshot before a new one is made.
    """

    look: float = 0.05
    poll: float = 0.2
    share: float = 0.02
    gather: float = 1.0
    retry: float = 0.5
    waiting: int = 100_000
    overlay: int = 100_000


class Keeping:
    """A snapshot of a store, what came since, and what waits to be written. Begun by `begin`.

    Attributes:
        view: who writes to whom, as of now.
        overlay: what the view lies on.
        permissions: the exceptions that the store keeps.
        pending: what waits to be written.
    """

    view: View
    overlay: Overlay

    def __init__(self, store: Store, options: MemoryOptions) -> None:
        self.permissions = Permissions()
        self.pending = Pending(options.waiting)
        self._store = store
        self._options = options
        self._turn = asyncio.Lock()
        self._closing = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None
        self._loading: asyncio.Task[tuple[Snapshot, Head] | None] | None = None
        self._warming: asyncio.Task[None] | None = None
        self._head: Head
        self._generation = 0
        self._write_at = self._pulled = 0.0

    async def begin(self) -> None:
        """Load what the store knows, and keep both alike until `close`, which closes the store.

        Raises:
            StoreError: the store cannot be had; it is closed.
        """
        try:
            if (loaded := await load(self._store)) is not None:
                self._decide_on(*loaded)
            await self._fetch_exceptions()
        except BaseException:
            await self._store.close()
            raise
        self._keeping = asyncio.create_task(self._keep(), name="memory")

    def learn(self, lessons: Sequence[Lesson]) -> None:
        """Know this from now on, and write it."""
        for lesson in lessons:
            for delta in lesson.deltas:
                self.overlay.add(delta.sender, delta.address, _use(delta))
        self.pending.add(Batch(lessons))

    def correct(self, correction: Correction) -> None:
        """Likewise."""
        self.overlay.ledger.correct(correction.sender, correction.typed, correction.meant)
        self.pending.add(Batch(corrections=(correction,)))

    async def anew(self) -> None:
        """Decide without what was just taken away from the store."""
        await self.pull()
        while (loading := self._loading) is not None:
            await asyncio.wait([loading])
            await self.pull()

    async def warmed(self) -> None:
        """Wait until the largest domains are indexed."""
        await asyncio.wait([task for task in [self._warming] if task])

    async def close(self) -> None:
        """Write what is left, and close the store."""
        self._closing.set()
        self.pending.wake()
        self.pending.hurry.set()
        if self._warming is not None:
            self._warming.cancel()
        try:
            if self._keeping is not None:
                await self._keeping
            if self._loading is not None:
                await asyncio.wait([self._loading])
            await self._write()
        except StoreError as error:
            _log.error("not everything was written", lost=len(self.pending), reason=str(error))
        finally:
            await self._store.close()

    # Writing.

    async def _keep(self) -> None:
        wait, failing = self._options.retry, False
        while not self._closing.is_set():
            await self.pending.something(self._options.look)
            try:
                if len(self.pending):
                    await self._gather()
                    await self._write_some()
                elif self._may_be_stale():
                    await self.pull()
                else:
                    continue
                wait = self._options.retry
                if failing:
                    _log.warning("the store is back", lost=self.pending.lost)
                failing = False
            except StoreError as error:
                # Decisions go on with what is known; the store is asked again, ever less often.
                self.pending.failed(error)
                if not failing:
                    _log.warning("the store failed", reason=str(error), waiting=len(self.pending))
                failing = True
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), wait)
                wait = min(2 * wait, _LONGEST_RETRY)

    async def _gather(self) -> None:
        """Wait until a write is due: at once after a pause, in a while under load."""
        while (more := self._write_at - time.monotonic()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.pending.hurry.wait(), min(more, self._options.look))
                return
            if self._may_be_stale():
                await self.pull()

    def _may_be_stale(self) -> bool:
        if self._loading is not None and self._loading.done():
            return True
        stale = self._store.stale()
        if stale is None:
            return time.monotonic() - self._pulled >= self._options.poll
        return stale

    async def _write(self) -> None:
        while len(self.pending):
            await self._write_some()

    async def _write_some(self) -> None:
        # While a batch is on its way, nobody reads: a reader could not tell whether what it reads
        # holds the batch already.
        async with self._turn:
            batch = self.pending.take()
            began = time.monotonic()
            try:
                written = await self._store.write(batch)
            except BaseException:
                self.pending.put_back()
                raise
            self.pending.done()
            now = time.monotonic()
            pause = min((now - began) / self._options.share, self._options.gather)
            self._write_at = now + pause
            if written.change == self._head.change + 1 and written.new == len(batch.lessons):
                # Nobody wrote in between: what is new in the store is what is known here.
                self._head = self._head._replace(change=written.change)

    # Reading.

    async def pull(self) -> None:
        """Fetch what others wrote.

        Raises:
            StoreError: it cannot be fetched; what was known before still stands.
        """
        async with self._turn:
            self._pulled = time.monotonic()
            loaded, fetched = self._loaded(), self._head.exceptions
            changes = await self._store.changes((loaded[1] if loaded else self._head).change)
            if loaded:
                # Only now: in between, decisions would know less than before.
                self._decide_on(*loaded)
                self._head = self._head._replace(exceptions=fetched)  # a snapshot has none
            self._apply(changes)
            if changes.head.exceptions != fetched:
                await self._fetch_exceptions()
            self._head = changes.head
            # Something was taken away, or so much has come that a new snapshot is worth its work.
            if changes.head.generation != self._generation or (
                len(self.overlay) > self._options.overlay
            ):
                self._reload()

    def _apply(self, changes: Changes) -> None:
        """Take over what the store knows now; what is queued here comes on top of it."""
        if not changes.contacts and not changes.corrections:
            return
        queued = self.pending.deltas()
        for row in changes.contacts:
            address = f"{row.local}@{row.domain}"
            known = Use(row.sent, row.first, row.last, row.received, row.bounced, row.confirmed)
            for delta in queued.get((row.sender, address), ()):
                known = joined(known, _use(delta))
            self.overlay.settle(row.sender, address, known)
        for one in changes.corrections:
            self.overlay.ledger.correct(one.sender, one.typed, one.meant)

    async def _fetch_exceptions(self) -> None:
        stored = await self._store.exceptions()
        self.permissions = Permissions(tuple(one.permission for one in stored))

    # Snapshots.

    def _decide_on(self, snapshot: Snapshot, head: Head) -> None:
        """Decide on a new snapshot from now on."""
        self._head, self._generation = head, head.generation
        self.overlay = Overlay(snapshot)
        self.view = View(self.overlay)
        for (sender, address), deltas in self.pending.deltas().items():
            for delta in deltas:
                self.overlay.add(sender, address, _use(delta))
        for correction in self.pending.corrections():
            self.overlay.ledger.correct(correction.sender, correction.typed, correction.meant)
        if self._warming is not None:
            self._warming.cancel()
        self._warming = asyncio.create_task(warm(snapshot), name="memory: warm")

    def _reload(self) -> None:
        if self._loading is None and not self._closing.is_set():
            loading = load(self._store, self._closing.is_set)
            self._loading = asyncio.create_task(loading, name="memory: load")

    def _loaded(self) -> tuple[Snapshot, Head] | None:
        """The new snapshot, if there is one."""
        if self._loading is None or not self._loading.done():
            return None
        done, self._loading = self._loading, None
        return done.result()


def _use(delta: Delta) -> Use:
    moment = delta.at if delta.sent else 0
    return Use(delta.sent, moment, moment, delta.received, delta.bounced, delta.confirmed)
