"""The memory of a running process: what a decision asks it, and what it is told.

What happens here is visible to the next decision at once; `keeping` writes it, and fetches what
other processes write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.memory.interface import Batch
from missent.memory.keeping import Keeping, MemoryOptions
from missent.memory.learned import Correction, Delta, Lesson
from missent.memory.lessons import lessons, returned
from missent.memory.sql.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from missent.core.address import Address
    from missent.core.facts import Correspondence
    from missent.core.message import Message
    from missent.core.permission import Permissions
    from missent.memory.decided import Decision
    from missent.memory.interface import Erased, Store

_DEFAULTS = MemoryOptions()


class Memory:
    """Who writes to whom, for one event loop. Made by `open`."""

    def __init__(self, store: Store, own_domains: frozenset[str], options: MemoryOptions) -> None:
        """Use `open`; this does not load anything."""
        self.store = store
        self._own_domains = own_domains
        self._keeping = Keeping(store, options)

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
        await memory._keeping.begin()
        return memory

    # What a decision asks.

    def view(self) -> Correspondence:
        """Who writes to whom, as of now."""
        return self._keeping.view

    @property
    def permissions(self) -> Permissions:
        """The exceptions that the store keeps."""
        return self._keeping.permissions

    @property
    def pairs(self) -> int:
        """How many pairs are known; one that was used since the snapshot may count twice."""
        overlay = self._keeping.overlay
        return len(overlay.snapshot) + len(overlay)

    @property
    def waiting(self) -> int:
        """How much waits to be written."""
        return len(self._keeping.pending)

    async def refresh(self) -> None:
        """Fetch what others wrote, where the store can tell in microseconds that there is any.

        Raises:
            StoreError: it cannot be fetched; what was known before still stands.
        """
        if self.store.stale():
            await self._keeping.pull()

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
        self._keeping.learn(lessons(message, at, self._own_domains, name, automatic=automatic))

    def confirm(self, sender: Address | None, address: Address, at: int) -> None:
        """Learn that a sender said that an address is right."""
        who = sender.key if sender else ""
        self._keeping.learn([Lesson((Delta(who, address.key, at, confirmed=True),))])

    def bounce(
        self, sender: Address | None, address: Address, at: int, message_id: str = ""
    ) -> None:
        """Learn that an address does not exist."""
        found = returned([(sender, address, message_id)], at, message_id)
        self._keeping.learn(found if message_id else [Lesson(lesson.deltas) for lesson in found])

    def correct(self, sender: Address | None, typed: Address, meant: Address, at: int) -> None:
        """Learn that a sender typed one address and meant another."""
        who = sender.key if sender else ""
        self._keeping.correct(Correction(who, typed.key, meant.key, at))

    def record(self, decisions: Iterable[Decision]) -> None:
        """Keep what was decided, for the record."""
        self._keeping.pending.add(Batch(decisions=tuple(decisions)))

    def count(self, day: int, kinds: Iterable[str]) -> None:
        """Count one more of each kind on a day since the epoch; see `Tally`."""
        self._keeping.pending.count(day, kinds)

    async def flush(self) -> None:
        """Wait until everything said before is durable.

        Raises:
            StoreError: the store failed; it will be tried again.
        """
        await self._keeping.pending.written()

    async def forget(self, address: str) -> Erased:
        """Take away all that names an address (`Address.key`), here and in the store."""
        await self.flush()
        gone = await self.store.forget(address)
        await self._keeping.anew()
        return gone

    async def expire(self, before: int) -> Erased:
        """Take away what was last used before a moment, here and in the store."""
        gone = await self.store.expire(before)
        await self._keeping.anew()
        return gone

    async def close(self) -> None:
        """Write what is left, and close the store."""
        await self._keeping.close()
