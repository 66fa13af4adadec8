"""What every gate is given: a way to ask for a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.core.address import Address
    from missent.core.message import Message
    from missent.core.verdict import Verdict
    from missent.gates.disposition import Disposition


class Assess(Protocol):
    """Gathers the facts of a message and screens it, within the gate's deadline."""

    async def __call__(self, message: Message) -> Verdict:
        """Return the verdict; never raises for facts that could not be had."""

    async def sent(self, message: Message) -> None:
        """Remember a message that was really handed on: each recipient is a contact learned."""

    def decided(
        self,
        mail_from: Address | None,
        dispositions: Sequence[Disposition],
        message_id: str = "",
        *,
        sent: bool,
    ) -> None:
        """Keep what became of a message's recipients, for the record; it never waits.

        Args:
            mail_from: the reverse-path.
            dispositions: of all its recipients.
            message_id: the Message-ID without angle brackets, "" where none was seen.
            sent: whether the message went on its way, to some of them at least.
        """

    async def confirmed(self, sender: Address | None, address: Address) -> None:
        """Remember that this sender (None: the null sender) said that the address is right."""
