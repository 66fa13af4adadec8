"""Where messages are handed to: the next hop, or the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.smtp.events import Extensions, Mail
    from missent.smtp.replies import Reply


class Transaction(Protocol):
    """One message on its way. Failing is a reply, never an exception."""

    async def rcpt(self, address: Address) -> Reply:
        """Offer a recipient."""

    async def begin(self) -> Reply:
        """Begin the content: 354, or why not."""

    async def write(self, content: bytes) -> None:
        """Hand on a piece of the content; a failure is told by `finish`."""

    async def finish(self) -> Reply:
        """End the content. A 2xx means that the message is safe there."""

    async def abort(self) -> None:
        """Give up; nothing of the message remains. Harmless after the end."""


class Delivery(Protocol):
    """Takes messages."""

    async def extensions(self) -> Extensions:
        """What it can take; so much may be offered to clients."""

    async def open(self, mail: Mail) -> Transaction | Reply:
        """Begin a message, or say why not."""

    async def close(self) -> None:
        """Let go of what is held open."""
