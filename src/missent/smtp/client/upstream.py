"""Hands messages to the next hop while they come in, and brings its own answers back.

Nothing is spooled: the next hop has said yes before the client hears it, and a client that goes
away leaves nothing behind. The envelope is written anew from the parsed addresses, so that the
next hop cannot read another recipient in it than the one that was screened.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import TYPE_CHECKING

import structlog
from aiosmtplib import SMTP, SMTPException, SMTPHeloError

from missent.smtp.client.options import Security
from missent.smtp.client.transaction import UpstreamTransaction, hang_up
from missent.smtp.events import Extensions
from missent.smtp.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from missent.smtp.client.options import UpstreamOptions
    from missent.smtp.events import Mail

_log = structlog.get_logger("missent.smtp")
_FRESH_SECONDS = 300.0  # that what the next hop offers is taken for granted
_DOWN_SECONDS = 5.0  # that it is not asked again what it offers
_QUIT_SECONDS = 5.0

_UNREACHABLE = Reply(451, "4.4.1", ("the next hop cannot be reached; try again later",))
_NO_UTF8 = Reply(550, "5.6.7", ("the next hop takes no SMTPUTF8; not sent",))
_NO_EIGHT_BIT = Reply(550, "5.6.3", ("the next hop takes no 8BITMIME; not sent",))


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
        ConfigError: the certificates cannot be read.
    """

    def __init__(self, options: UpstreamOptions, hostname: str, size: int) -> None:
        self._options = options
        self._hostname = hostname
        self._size = size
        self._tls: ssl.SSLContext | None = None
        if options.security is not Security.NONE:
            self._tls = ssl.create_default_context(cafile=options.cafile)
        self._idle: dict[SMTP, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
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
            if mail.smtputf8 and not client.supports_extension("smtputf8"):
                self.keep(client)
                return _NO_UTF8
            if mail.eight_bit and not client.supports_extension("8bitmime"):
                self.keep(client)
                return _NO_EIGHT_BIT
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
            self._spawn(_quit(client))
        self._idle.clear()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def keep(self, client: SMTP) -> None:
        """Keep a connection for the next message; it has no transaction under way."""
        if not client.is_connected:
            return
        if len(self._idle) >= self._options.idle_connections:
            self._spawn(_quit(client))
            return
        loop = asyncio.get_running_loop()
        self._idle[client] = loop.call_later(self._options.idle, self._retire, client)

    def recycle(self, client: SMTP) -> None:
        """Reset a transaction that came to nothing, without letting the client wait for it."""
        self._spawn(self._reset(client))

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
        self._spawn(_quit(client))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self) -> SMTP | None:
        options = self._options
        client = SMTP(
            hostname=options.host,
            port=options.port,
            username=options.username or None,
            password=options.password if options.username else None,
            local_hostname=self._hostname,
            timeout=options.command,
            use_tls=options.security is Security.TLS,
            start_tls=options.security is Security.STARTTLS,
            tls_context=self._tls,
        )
        try:
            async with asyncio.timeout(options.connect):
                await client.connect()
                if client.is_ehlo_or_helo_needed:
                    await _hello(client)
        except (SMTPException, OSError, TimeoutError) as error:
            hang_up(client)
            reason = str(error) or type(error).__name__
            _log.warning(
                "next hop unreachable", host=options.host, port=options.port, reason=reason
            )
            return None
        self._learn(client)
        return client

    def _learn(self, client: SMTP) -> None:
        """Remember what may be offered to clients; what is not in this list is never passed on."""
        size = client.esmtp_extensions.get("size", "").split(" ")[0]
        limit = int(size) if size.isascii() and size.isdigit() else 0
        self._offered = Extensions(
            size=min(self._size, limit) if limit else self._size,
            eight_bit=client.supports_extension("8bitmime"),
            smtputf8=client.supports_extension("smtputf8"),
        )
        self._offered_until = asyncio.get_running_loop().time() + _FRESH_SECONDS


async def _hello(client: SMTP) -> None:
    try:
        await client.ehlo()
    except SMTPHeloError:
        await client.helo()


async def _quit(client: SMTP) -> None:
    with contextlib.suppress(SMTPException, OSError, TimeoutError):
        await client.execute_command(b"QUIT", timeout=_QUIT_SECONDS)
    hang_up(client)
    await asyncio.sleep(0)  # the transport closes in the next turn of the loop
