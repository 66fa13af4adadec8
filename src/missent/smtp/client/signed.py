"""One connection that somebody signed in at, for that somebody's messages alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiosmtplib import SMTPException

from missent.smtp.client.dial import hang_up, offers
from missent.smtp.client.transaction import UpstreamTransaction, unfit
from missent.smtp.replies import Reply

if TYPE_CHECKING:
    import asyncio

    from aiosmtplib import SMTP

    from missent.smtp.client.dial import Dialler
    from missent.smtp.events import Extensions, Mail

# Not 451: the client would try again on a connection that can send nothing any more.
_OVER = Reply(421, "4.4.2", ("the connection to the mail server is over; connect again",))


class SignedIn:
    """Takes the messages of one client, one after the other.

    It ends when the server closes it, for there is nothing left to sign in again with.

    Args:
        client: signed in.
        dialler: made the connection, and lets go of it.
        size: the largest message of ours, in octets.
    """

    def __init__(self, client: SMTP, dialler: Dialler, size: int) -> None:
        self._client = client
        self._dialler = dialler
        self._size = size
        self._resetting: asyncio.Task[None] | None = None

    async def extensions(self) -> Extensions:
        """What the server takes."""
        return offers(self._client, self._size)

    def over(self) -> Reply | None:
        """Why no message can be begun any more; None where one can."""
        return None if self._client.is_connected else _OVER

    async def open(self, mail: Mail) -> UpstreamTransaction | Reply:
        """Say MAIL to the server."""
        if self._resetting is not None:
            await self._resetting
            self._resetting = None
        refusal = self.over() or unfit(self._client, mail)
        if refusal is not None:
            return refusal
        transaction = UpstreamTransaction(self, self._client, self._dialler.options)
        reply = await transaction.mail(mail)
        return transaction if reply.accepted else self.over() or reply

    async def close(self) -> None:
        """Leave the server; nobody waits for its farewell."""
        if self._client.is_connected:
            self._dialler.leave(self._client)

    def keep(self, client: SMTP) -> None:
        """The transaction is over; the connection is ours anyway."""

    def recycle(self, client: SMTP) -> None:
        """Reset; the next message waits for it."""
        self._resetting = self._dialler.spawn(_reset(client))


async def _reset(client: SMTP) -> None:
    try:
        await client.rset()
    except (SMTPException, OSError, TimeoutError):
        hang_up(client)
