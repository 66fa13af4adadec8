"""One message on its way to the next hop, command by command."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Protocol, cast

import structlog
from aiosmtplib import SMTPException

from missent.smtp.client.dial import hang_up
from missent.smtp.replies import Reply
from missent.smtp.wire import DotStuffer

if TYPE_CHECKING:
    from aiosmtplib import SMTP
    from aiosmtplib.response import SMTPResponse

    from missent.core.address import Address
    from missent.smtp.client.options import UpstreamOptions
    from missent.smtp.events import Mail

_log = structlog.get_logger("missent.smtp")
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?: |$)")
_HIGH_WATER = 1 << 18  # octets on their way to the next hop, before the client must wait
_PAUSE = 0.005  # seconds between two looks at them
_START = 354

_LOST = Reply(451, "4.4.2", ("the connection to the next hop was lost; try again later",))
_ODD = Reply(451, "4.5.0", ("the next hop gave an answer out of order; try again later",))
_NO_UTF8 = Reply(550, "5.6.7", ("the next hop takes no SMTPUTF8; not sent",))
_NO_EIGHT_BIT = Reply(550, "5.6.3", ("the next hop takes no 8BITMIME; not sent",))


class Keeper(Protocol):
    """Who gets a connection back."""

    def keep(self, client: SMTP) -> None:
        """The transaction is over; the next one may begin."""

    def recycle(self, client: SMTP) -> None:
        """The transaction came to nothing, and must be reset before the next one."""


class UpstreamTransaction:
    """MAIL, RCPT, DATA, the content, and every answer.

    Args:
        keeper: gets the connection back.
        client: a connection without a transaction.
        options: how long the next hop may take.
    """

    def __init__(self, keeper: Keeper, client: SMTP, options: UpstreamOptions) -> None:
        self._keeper = keeper
        self._client: SMTP | None = client
        self._options = options
        self._stuffer = DotStuffer()
        self._final: asyncio.Task[SMTPResponse] | None = None

    async def mail(self, mail: Mail) -> Reply:
        """Begin the transaction."""
        assert self._client is not None  # noqa: S101  tells the type checker
        sender = "" if mail.address is None else str(mail.address)
        words = [f"FROM:<{sender}>"]
        if mail.size is not None and self._client.supports_extension("size"):
            words.append(f"SIZE={mail.size}")
        if mail.eight_bit:
            words.append("BODY=8BITMIME")
        if mail.smtputf8:
            words.append("SMTPUTF8")
        return await self._say("MAIL", *words)

    async def rcpt(self, address: Address) -> Reply:
        """Offer a recipient."""
        return await self._say("RCPT", f"TO:<{address}>")

    async def begin(self) -> Reply:
        """Begin the content."""
        reply = await self._say("DATA", start=True)
        if reply.code == _START and self._client is not None and self._client.protocol is not None:
            # from now on, an answer is an answer to the message, even if it comes too early
            answer = self._client.protocol.read_response(timeout=None)
            self._final = asyncio.get_running_loop().create_task(answer)
            # It must wait already when the content goes out: aiosmtplib drops what comes to nobody,
            # and uvloop reads before it runs what was made ready.
            await asyncio.sleep(0)
        return reply

    async def write(self, content: bytes) -> None:
        """Hand on a piece of the content; nothing, where the answer is there already."""
        await self._send(self._stuffer.feed(content))

    async def finish(self) -> Reply:
        """End the content, and wait for the answer that counts."""
        client, final = self._client, self._final
        if client is None or final is None:
            return _LOST
        early = final.done()
        try:
            await self._send(self._stuffer.end())
            response = await asyncio.wait_for(final, self._options.final)
        except (SMTPException, OSError, TimeoutError) as error:
            self._lost(error)
            return _LOST
        self._client = self._final = None
        reply = relayed(response)
        if early or reply is _ODD:
            hang_up(client)
            return _ODD if reply.accepted else reply
        if not client.is_connected or response.code == 421:  # noqa: PLR2004  it closes
            hang_up(client)
        else:
            self._keeper.keep(client)
        return reply

    async def abort(self) -> None:
        """Reset; or, within the content, hang up: without its end the next hop has no message."""
        client, self._client = self._client, None
        if client is None:
            return
        if self._final is None:
            self._keeper.recycle(client)
            return
        hang_up(client)
        self._final.cancel()
        await asyncio.gather(self._final, return_exceptions=True)

    async def _say(self, verb: str, *words: str, start: bool = False) -> Reply:
        if self._client is None or not self._client.is_connected:
            return _LOST
        command = [word.encode() for word in (verb, *words)]
        try:
            response = await self._client.execute_command(*command, timeout=self._options.command)
        except (SMTPException, OSError, TimeoutError) as error:
            self._lost(error)
            return _LOST
        if start and response.code == _START:
            return Reply(_START, "", ("end with a dot on a line of its own",))
        reply = relayed(response)
        if start and reply.accepted:
            self._lost(None)
            return _ODD
        return reply

    async def _send(self, octets: bytes) -> None:
        client, final = self._client, self._final
        if client is None or final is None or final.done() or client.protocol is None:
            return
        transport = cast("asyncio.Transport", client.transport)
        try:
            client.protocol.write(octets)
            async with asyncio.timeout(self._options.command):
                # the transport's own wake-up belongs to aiosmtplib
                while transport.get_write_buffer_size() > _HIGH_WATER and not final.done():  # noqa: ASYNC110
                    await asyncio.sleep(_PAUSE)
        except (SMTPException, OSError, TimeoutError) as error:
            self._lost(error)

    def _lost(self, error: BaseException | None) -> None:
        reason = (str(error) or type(error).__name__) if error else "answer out of order"
        _log.warning("next hop lost", host=self._options.host, reason=reason)
        if self._client is not None:
            hang_up(self._client)


def unfit(client: SMTP, mail: Mail) -> Reply | None:
    """Why a message cannot be given to this server at all; None where it can."""
    if mail.smtputf8 and not client.supports_extension("smtputf8"):
        return _NO_UTF8
    if mail.eight_bit and not client.supports_extension("8bitmime"):
        return _NO_EIGHT_BIT
    return None


def relayed(response: SMTPResponse) -> Reply:
    """The next hop's answer as the client gets it.

    Its text stays. 421 would say that *we* close, 551 is never sent, and every reply has an
    enhanced code (RFC 2034 4).
    """
    code = {421: 451, 551: 550}.get(response.code, response.code)
    if code // 100 not in {2, 4, 5}:
        return _ODD
    lines = response.message.split("\n")
    found = _ENHANCED.match(lines[0])
    if found is None or found[1][0] != str(code)[0]:
        return Reply(code, f"{code // 100}.0.0", tuple(lines))
    enhanced = found[1]
    return Reply(code, enhanced, tuple(line.removeprefix(enhanced).lstrip(" ") for line in lines))
