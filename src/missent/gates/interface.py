"""What every gate is given: a way to ask for a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.core.message import Message
    from missent.core.verdict import Verdict


class Assess(Protocol):
    """Gathers the facts of a message and screens it, within the gate's deadline."""

    async def __call__(self, message: Message) -> Verdict:
        """Return the verdict; never raises for facts that could not be had."""

    async def sent(self, message: Message) -> None:
        """Remember a message that was really handed on: each recipient is a contact learned."""

    async def confirmed(self, sender: Address | None, address: Address) -> None:
        """Remember that this sender (None: the null sender) said that the address is right."""
