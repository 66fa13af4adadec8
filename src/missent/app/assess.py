"""What a gate asks: an app, and the memory under it."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from missent.core.errors import StoreError

if TYPE_CHECKING:
    from missent.app.wiring import App
    from missent.core.address import Address
    from missent.core.message import Message
    from missent.core.verdict import Verdict
    from missent.memory.memory import Memory


class Assessor:
    """`gates.interface.Assess`.

    Args:
        app: decides.
        memory: who writes to whom; None remembers nothing.
    """

    def __init__(self, app: App, memory: Memory | None = None) -> None:
        self._app = app
        self._memory = memory

    async def __call__(self, message: Message) -> Verdict:
        """Decide about a message with what is known now, of other processes too."""
        memory = self._memory
        if memory is None:
            return self._app.screen(message)
        # When it fails, what was known before stands, and the memory's own task says what is wrong.
        with suppress(StoreError):
            await memory.refresh()
        return self._app.over(memory.view(), memory.permissions).screen(message)

    def at_once(self, message: Message) -> Verdict | None:
        """The same, where nothing must be fetched first; None where something must."""
        memory = self._memory
        if memory is None:
            return self._app.screen(message)
        if memory.store.stale():
            return None
        return self._app.over(memory.view(), memory.permissions).screen(message)

    async def sent(self, message: Message) -> None:
        """Remember a message that was handed on; it is written by a task of its own."""
        if self._memory is not None:
            self._memory.remember(message, int(time.time()))

    async def confirmed(self, sender: Address | None, address: Address) -> None:
        """Remember that a sender said that an address is right."""
        if self._memory is not None:
            self._memory.confirm(sender, address, int(time.time()))
