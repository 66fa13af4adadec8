"""Hands messages to the next hop while they come in, and brings its own answers back.

Nothing is spooled: the next hop has said yes before the client hears it, and a client that goes
away leaves nothing behind. The envelope is written anew from the parsed addresses, so that the
next hop cannot read another recipient in it than the one that was screened.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from aiosmtplib import SMTP, SMTPException

from missent.smtp.client.dial import Dialler, hang_up, offers
from missent.smtp.client.transaction import UpstreamTransaction, unfit
from missent.smtp.events import Extensions
from missent.smtp.replies import Reply

if TYPE_CHECKING:
    from missent.smtp.client.options import UpstreamOptions
    from missent.smtp.events import Mail

_FRESH_SECONDS = 300.0  # that what the next hop offers is taken for granted
_DOWN_SECONDS = 5.0  # that it is not asked again what it offers

_UNREACHABLE = Reply(451, "4.4.1", ("the next hop cannot be reached; try again later",))


class Upstream:
    """The next hop, with connections kept open for the next message.

    Reuse is safe: every connection signs in as the same user, a transaction has ended or was reset
    before the next begins, and where the server closed an idle connection, MAIL is said again on a
    new one, which no server counts twice.

    Args:
        options: where it is.
        hostname: our name for EHLO.
        size: the largest message of ours, in octets.

    Raises:
        OSError: the certificates cannot be read.
    """

    def __init__(self, options: UpstreamOptions, hostname: str, size: int) -> None:
        self._options = options
        self._dialler = Dialler(options, hostname)
        self._size = size
        self._idle: dict[SMTP, asyncio.TimerHandle] = {}
        self._probing = asyncio.Lock()
        self._offered = Extensions(size=size, eight_bit=False, smtputf8=False)
        self._offered_until = 0.0

    async def extensions(self) -> Extensions:
        """What the next hop offers, asked where it is not known; while it is down, the last known.

        At first, that is the least that any server takes.
        """
        loop = asyncio.get_running_loop()
        if loop.time() < self._offered_until:
            return self._offered
        async with self._probing:
            if loop.time() >= self._offered_until:
                client = await self._connect()
                if client is None:
                    self._offered_until = loop.time() + _DOWN_SECONDS
                else:
                    self.keep(client)
        return self._offered

    async def open(self, mail: Mail) -> UpstreamTransaction | Reply:
        """Say MAIL to the next hop."""
        while True:
            client, used = self._take(), True
            if client is None:
                client, used = await self._connect(), False
            if client is None:
                return _UNREACHABLE
            if (refusal := unfit(client, mail)) is not None:
                self.keep(client)
                return refusal
            transaction = UpstreamTransaction(self, client, self._options)
            reply = await transaction.mail(mail)
            if reply.accepted:
                return transaction
            if client.is_connected:
                self.keep(client)
                return reply
            if not used:
                return reply

    async def close(self) -> None:
        """Say QUIT everywhere."""
        for client, timer in self._idle.items():
            timer.cancel()
            self._dialler.leave(client)
        self._idle.clear()
        await self._dialler.close()

    def keep(self, client: SMTP) -> None:
        """Keep a connection for the next message; it has no transaction under way."""
        if not client.is_connected:
            return
        if len(self._idle) >= self._options.idle_connections:
            self._dialler.leave(client)
            return
        loop = asyncio.get_running_loop()
        self._idle[client] = loop.call_later(self._options.idle, self._retire, client)

    def recycle(self, client: SMTP) -> None:
        """Reset a transaction that came to nothing, without letting the client wait for it."""
        self._dialler.spawn(self._reset(client))

    async def _reset(self, client: SMTP) -> None:
        try:
            await client.rset()
        except (SMTPException, OSError):
            hang_up(client)
        else:
            self.keep(client)

    def _take(self) -> SMTP | None:
        while self._idle:
            client, timer = self._idle.popitem()
            timer.cancel()
            if client.is_connected:
                return client
        return None

    def _retire(self, client: SMTP) -> None:
        del self._idle[client]
        self._dialler.leave(client)

    async def _connect(self) -> SMTP | None:
        client = await self._dialler.dial()
        if client is not None:
            self._offered = replace(offers(client, self._size), auth=())
            self._offered_until = asyncio.get_running_loop().time() + _FRESH_SECONDS
        return client
