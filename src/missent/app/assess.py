"""What a gate asks: an app, and the memory under it."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from missent.app import record
from missent.app.wiring import NOTHING_ASKED
from missent.core.errors import StoreError
from missent.memory.interface import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from missent.app.domains import Domains
    from missent.app.wiring import App, SaidOfDomains
    from missent.core.address import Address
    from missent.core.facts import Correspondence
    from missent.core.message import Message
    from missent.core.permission import Permissions
    from missent.core.verdict import Verdict
    from missent.gates.disposition import Disposition
    from missent.memory.memory import Memory

_LOOK_SECONDS = 0.05  # between two looks whether other processes wrote something
_PATIENCE = 0.5  # seconds that a decision waits for it


class Assessor:
    """`gates.interface.Assess`.

    Args:
        app: decides.
        memory: who writes to whom; None remembers nothing.
        domains: what the DNS says of recipients' domains; None asks nobody.
        told: hears of all that was decided.
    """

    def __init__(
        self,
        app: App,
        memory: Memory | None = None,
        domains: Domains | None = None,
        told: Callable[[Sequence[Disposition]], None] | None = None,
    ) -> None:
        self._told = told
        self._app = app
        self._memory = memory
        self._domains = domains
        self._refreshing: asyncio.Task[None] | None = None
        self._looked = 0.0
        self._over: tuple[Correspondence, Permissions, App] | None = None

    async def __call__(self, message: Message) -> Verdict:
        """Decide about a message with what is known now, of other processes too."""
        domains = await self._domains.gather(message) if self._domains else NOTHING_ASKED
        if self._memory is not None:
            await self._refresh(self._memory)
        return self._screen(message, domains)

    def at_once(self, message: Message) -> Verdict | None:
        """The same where nothing has to be waited for; None where the DNS has.

        What others wrote is fetched meanwhile.

        Our own writes too look to the store's watch like others', so that under load a decision
        that waited for a look would always wait.
        """
        domains = self._domains.at_once(message) if self._domains else NOTHING_ASKED
        if domains is None:
            return None
        memory, now = self._memory, time.monotonic()
        if memory is not None and now - self._looked > _LOOK_SECONDS:
            self._looked = now
            if memory.store.stale():
                self._begin_refresh(memory)
        return self._screen(message, domains)

    def _screen(self, message: Message, domains: SaidOfDomains) -> Verdict:
        app, memory = self._app, self._memory
        if memory is not None:
            over = (memory.view(), memory.permissions)
            if self._over is None or self._over[0] is not over[0] or self._over[1] is not over[1]:
                self._over = (*over, app.over(*over))
            app = self._over[2]
        return app.screen(message, domains=domains)

    async def sent(self, message: Message) -> None:
        """Remember a message that was handed on; it is written by a task of its own."""
        if self._memory is not None:
            self._memory.remember(message, int(time.time()))

    def decided(
        self,
        mail_from: Address | None,
        dispositions: Sequence[Disposition],
        message_id: str = "",
        *,
        sent: bool,
    ) -> None:
        """Keep every prompt, and count the rest.

        A message that its client gave up before anybody was asked counts for nothing.
        """
        if self._told is not None:
            self._told(dispositions)
        if self._memory is None:
            return
        at = int(time.time())
        found = tuple(record.prompts(mail_from, dispositions, at, message_id))
        if sent or found:
            if found:
                self._memory.record(found)
            self._memory.count(at // DAY, record.kinds(dispositions))

    async def confirmed(self, sender: Address | None, address: Address) -> None:
        """Remember that a sender said that an address is right."""
        if self._memory is not None:
            self._memory.confirm(sender, address, int(time.time()))

    async def _refresh(self, memory: Memory) -> None:
        """Fetch what others wrote, once for all who wait, and not for long."""
        await asyncio.wait([self._begin_refresh(memory)], timeout=_PATIENCE)

    def _begin_refresh(self, memory: Memory) -> asyncio.Task[None]:
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(_quietly(memory))
        return self._refreshing


async def _quietly(memory: Memory) -> None:
    # When it fails, what was known before stands, and the memory's own task says what is wrong.
    with suppress(StoreError):
        await memory.refresh()
