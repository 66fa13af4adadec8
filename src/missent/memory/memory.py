"""The memory of a running process: decides on a view of it, and keeps its store up to date.

What happens here is visible to the next decision at once and written by a task of its own, in
order; what other processes write is fetched when the store says that there is something, and a few
times a second in any case.
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
from missent.memory.interface import Batch, Correction, Delta, Lesson
from missent.memory.lessons import lessons, returned
from missent.memory.load import load, warm
from missent.memory.pending import Pending
from missent.memory.sql.store import SqlStore
from missent.memory.view import Overlay, View, joined

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from missent.core.address import Address
    from missent.core.facts import Correspondence
    from missent.core.message import Message
    from missent.memory.interface import Changes, Decision, Erased, Head, Store
    from missent.memory.snapshot import Snapshot

_log = structlog.get_logger("missent.memory")


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


_DEFAULTS = MemoryOptions()
_LONGEST_RETRY = 60.0


class Memory:
    """Who writes to whom, for one event loop. Made by `open`."""

    def __init__(self, store: Store, own_domains: frozenset[str], options: MemoryOptions) -> None:
        """Use `open`; this does not load anything."""
        self.store = store
        self.permissions = Permissions()
        """The exceptions that the store keeps."""
        self._own_domains = own_domains
        self._options = options
        self._pending = Pending(options.waiting)
        self._turn = asyncio.Lock()
        self._closing = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None
        self._loading: asyncio.Task[tuple[Snapshot, Head] | None] | None = None
        self._warming: asyncio.Task[None] | None = None
        self._overlay: Overlay
        self._view: View
        self._head: Head
        self._generation = 0
        self._write_at = self._pulled = 0.0

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        password: str | None = None,
        own_domains: frozenset[str] = frozenset(),
        options: MemoryOptions = _DEFAULTS,
    ) -> Self:
        """Open a store, load what it knows, and keep both up to date until `close`.

        Args:
            url: `sqlite:///PATH` or `postgresql://USER@HOST/NAME`.
            password: of the database, from a secret file.
            own_domains: the organisation's domains, as `Domain.name`; empty where not known.
            options: how.

        Raises:
            ConfigError: the URL is none.
            StoreError: the store cannot be had.
        """
        return await cls.over(await SqlStore.open(url, password), own_domains, options)

    @classmethod
    async def over(
        cls,
        store: Store,
        own_domains: frozenset[str] = frozenset(),
        options: MemoryOptions = _DEFAULTS,
    ) -> Self:
        """Load a store that is open already; `close` closes it."""
        memory = cls(store, own_domains, options)
        try:
            if (loaded := await load(store)) is not None:
                memory._begin(*loaded)
            await memory._fetch_exceptions()
        except BaseException:
            await store.close()
            raise
        memory._keeping = asyncio.create_task(memory._keep(), name="memory")
        return memory

    # What a decision asks.

    def view(self) -> Correspondence:
        """Who writes to whom, as of now."""
        return self._view

    @property
    def pairs(self) -> int:
        """How many pairs are known; one that was used since the snapshot may count twice."""
        return len(self._overlay.snapshot) + len(self._overlay)

    @property
    def waiting(self) -> int:
        """How much waits to be written."""
        return len(self._pending)

    async def refresh(self) -> None:
        """Fetch what others wrote, where the store can tell in microseconds that there is any.

        Raises:
            StoreError: it cannot be fetched; what was known before still stands.
        """
        if self.store.stale():
            await self._pull()

    # What happens.

    def remember(
        self, message: Message, at: int, *, automatic: bool = False, key: str | None = None
    ) -> None:
        """Learn from a message that was handed on; the next decision knows of it.

        Args:
            message: the message; its Message-ID keeps a log of the same mail from counting twice.
            at: when, in seconds since the epoch.
            automatic: no person wrote it.
            key: what stands for the Message-ID where the message has none.
        """
        name = message.message_id if key is None else key
        self._learn(lessons(message, at, self._own_domains, name, automatic=automatic))

    def confirm(self, sender: Address | None, address: Address, at: int) -> None:
        """Learn that a sender said that an address is right."""
        who = sender.key if sender else ""
        self._learn([Lesson((Delta(who, address.key, at, confirmed=True),))])

    def bounce(
        self, sender: Address | None, address: Address, at: int, message_id: str = ""
    ) -> None:
        """Learn that an address does not exist."""
        found = returned([(sender, address, message_id)], at, message_id)
        self._learn(found if message_id else [Lesson(lesson.deltas) for lesson in found])

    def correct(self, sender: Address | None, typed: Address, meant: Address, at: int) -> None:
        """Learn that a sender typed one address and meant another."""
        correction = Correction(sender.key if sender else "", typed.key, meant.key, at)
        self._overlay.ledger.correct(correction.sender, correction.typed, correction.meant)
        self._pending.add(Batch(corrections=(correction,)))

    def record(self, decisions: Iterable[Decision]) -> None:
        """Keep what was decided, for the record."""
        self._pending.add(Batch(decisions=tuple(decisions)))

    def count(self, day: int, kinds: Iterable[str]) -> None:
        """Count one more of each kind on a day since the epoch; see `Tally`."""
        self._pending.count(day, kinds)

    async def flush(self) -> None:
        """Wait until everything said before is durable.

        Raises:
            StoreError: the store failed; it will be tried again.
        """
        await self._pending.written()

    async def forget(self, address: str) -> Erased:
        """Take away all that names an address (`Address.key`), here and in the store."""
        await self.flush()
        gone = await self.store.forget(address)
        await self._anew()
        return gone

    async def expire(self, before: int) -> Erased:
        """Take away what was last used before a moment, here and in the store."""
        gone = await self.store.expire(before)
        await self._anew()
        return gone

    async def close(self) -> None:
        """Write what is left, and close the store."""
        self._closing.set()
        self._pending.wake()
        self._pending.hurry.set()
        if self._warming is not None:
            self._warming.cancel()
        try:
            if self._keeping is not None:
                await self._keeping
            if self._loading is not None:
                await asyncio.wait([self._loading])
            await self._write()
        except StoreError as error:
            _log.error("not everything was written", lost=len(self._pending), reason=str(error))
        finally:
            await self.store.close()

    # How it is kept.

    def _learn(self, learned: list[Lesson]) -> None:
        for lesson in learned:
            for delta in lesson.deltas:
                self._overlay.add(delta.sender, delta.address, _use(delta))
        self._pending.add(Batch(learned))

    async def _keep(self) -> None:
        wait, failing = self._options.retry, False
        while not self._closing.is_set():
            await self._pending.something(self._options.look)
            try:
                if len(self._pending):
                    await self._gather()
                    await self._write_some()
                elif self._may_be_stale():
                    await self._pull()
                else:
                    continue
                wait = self._options.retry
                if failing:
                    _log.warning("the store is back", lost=self._pending.lost)
                failing = False
            except StoreError as error:
                # Decisions go on with what is known; the store is asked again, ever less often.
                self._pending.failed(error)
                if not failing:
                    _log.warning("the store failed", reason=str(error), waiting=len(self._pending))
                failing = True
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), wait)
                wait = min(2 * wait, _LONGEST_RETRY)

    async def _gather(self) -> None:
        """Wait until a write is due: at once after a pause, in a while under load."""
        while (more := self._write_at - time.monotonic()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._pending.hurry.wait(), min(more, self._options.look))
                return
            if self._may_be_stale():
                await self._pull()

    def _may_be_stale(self) -> bool:
        if self._loading is not None and self._loading.done():
            return True
        stale = self.store.stale()
        if stale is None:
            return time.monotonic() - self._pulled >= self._options.poll
        return stale

    async def _write(self) -> None:
        while len(self._pending):
            await self._write_some()

    async def _write_some(self) -> None:
        # While a batch is on its way, nobody reads: a reader could not tell whether what it reads
        # holds the batch already.
        async with self._turn:
            batch = self._pending.take()
            began = time.monotonic()
            try:
                written = await self.store.write(batch)
            except BaseException:
                self._pending.put_back()
                raise
            self._pending.done()
            now = time.monotonic()
            pause = min((now - began) / self._options.share, self._options.gather)
            self._write_at = now + pause
            if written.change == self._head.change + 1 and written.new == len(batch.lessons):
                # Nobody wrote in between: what is new in the store is what is known here.
                self._head = self._head._replace(change=written.change)

    async def _pull(self) -> None:
        async with self._turn:
            self._pulled = time.monotonic()
            loaded, fetched = self._loaded(), self._head.exceptions
            changes = await self.store.changes((loaded[1] if loaded else self._head).change)
            if loaded:
                # Only now: in between, decisions would know less than before.
                self._begin(*loaded)
                self._head = self._head._replace(exceptions=fetched)  # a snapshot has none
            self._apply(changes)
            if changes.head.exceptions != fetched:
                await self._fetch_exceptions()
            self._head = changes.head
            # Something was taken away, or so much has come that a new snapshot is worth its work.
            if changes.head.generation != self._generation or (
                len(self._overlay) > self._options.overlay
            ):
                self._reload()

    def _apply(self, changes: Changes) -> None:
        """Take over what the store knows now; what is queued here comes on top of it."""
        if not changes.contacts and not changes.corrections:
            return
        queued = self._pending.deltas()
        for row in changes.contacts:
            address = f"{row.local}@{row.domain}"
            known = Use(row.sent, row.first, row.last, row.received, row.bounced, row.confirmed)
            for delta in queued.get((row.sender, address), ()):
                known = joined(known, _use(delta))
            self._overlay.settle(row.sender, address, known)
        for one in changes.corrections:
            self._overlay.ledger.correct(one.sender, one.typed, one.meant)

    async def _fetch_exceptions(self) -> None:
        stored = await self.store.exceptions()
        self.permissions = Permissions(tuple(one.permission for one in stored))

    # Snapshots.

    def _begin(self, snapshot: Snapshot, head: Head) -> None:
        """Decide on a new snapshot from now on."""
        self._head, self._generation = head, head.generation
        self._overlay = Overlay(snapshot)
        self._view = View(self._overlay)
        for (sender, address), deltas in self._pending.deltas().items():
            for delta in deltas:
                self._overlay.add(sender, address, _use(delta))
        for correction in self._pending.corrections():
            self._overlay.ledger.correct(correction.sender, correction.typed, correction.meant)
        if self._warming is not None:
            self._warming.cancel()
        self._warming = asyncio.create_task(warm(snapshot), name="memory: warm")

    def _reload(self) -> None:
        if self._loading is None and not self._closing.is_set():
            loading = load(self.store, self._closing.is_set)
            self._loading = asyncio.create_task(loading, name="memory: load")

    def _loaded(self) -> tuple[Snapshot, Head] | None:
        """The new snapshot, if there is one."""
        if self._loading is None or not self._loading.done():
            return None
        done, self._loading = self._loading, None
        return done.result()

    async def _anew(self) -> None:
        """Decide without what was just taken away."""
        await self._pull()
        while (loading := self._loading) is not None:
            await asyncio.wait([loading])
            await self._pull()


def _use(delta: Delta) -> Use:
    moment = delta.at if delta.sent else 0
    return Use(delta.sent, moment, moment, delta.received, delta.bounced, delta.confirmed)
