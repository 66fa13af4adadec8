"""A client signs in: its words name a mail server, which hears them and decides.

Nothing is kept of them. Who is meant must be known before the server is: the first response of
PLAIN (RFC 4616), LOGIN and XOAUTH2 says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from missent.smtp.client.dial import hang_up
from missent.smtp.client.exchange import Exchange
from missent.smtp.client.signed import SignedIn
from missent.smtp.replies import Challenge, Reply

if TYPE_CHECKING:
    from aiosmtplib import SMTP

    from missent.gates.relay.routes import Route, Routes

_log = structlog.get_logger("missent.relay")
_PLAIN_PARTS = 3
_FIRST = {"LOGIN": Challenge(b"Username:")}

_ILL_FORMED = Reply(501, "5.5.2", ("the response does not say who signs in",))
_NO_ROUTE = Reply(
    535, "5.7.8", ("no mail server is configured for this account; sign in with a whole address",)
)


class SignIn:
    """One exchange.

    Args:
        routes: the mail servers.
        mechanism: of AUTH.
        peer: the client's IP address, for the log.

    Attributes:
        account: the connection, once the server said yes.
        route: the server, once it is known.
    """

    def __init__(self, routes: Routes, mechanism: str, peer: str) -> None:
        self.account: SignedIn | None = None
        self.route: Route | None = None
        self._routes = routes
        self._mechanism = mechanism
        self._peer = peer
        self._client: SMTP | None = None
        self._exchange: Exchange | None = None

    async def hear(self, response: bytes | None) -> Reply | Challenge:
        """Take in a response, None where there is none yet.

        Returns:
            A challenge for the client; otherwise the end: 235, or why not.
        """
        if self._exchange is not None:
            answer = await self._exchange.respond(response or b"")
        elif response is None:
            return _FIRST.get(self._mechanism, Challenge())
        else:
            answer = await self._begin(response)
        if isinstance(answer, Reply):
            self._end(answer)
        return answer

    async def drop(self) -> None:
        """The client gave up, or went away."""
        if self._client is not None:
            hang_up(self._client)
            self._client = None

    async def _begin(self, response: bytes) -> Reply | Challenge:
        account = _account(self._mechanism, response)
        if not account:
            return _ILL_FORMED
        self.route = self._routes.named(account)
        if self.route is None:
            return _NO_ROUTE
        self._client = await self.route.connect()
        if self._client is None:
            text = f"the mail server {self.route.host} cannot be reached; try again later"
            return Reply(454, "4.7.0", (text,))
        self._exchange = Exchange(self._client, self.route.dialler.options.command)
        return await self._exchange.begin(self._mechanism, response)

    def _end(self, reply: Reply) -> None:
        client, self._client, self._exchange = self._client, None, None
        if client is not None and self.route is not None:
            if reply.accepted:
                self.account = SignedIn(client, self.route.dialler, self.route.size)
            elif client.is_connected:
                self.route.dialler.leave(client)
        host = self.route.host if self.route else ""
        said = f"{reply.code} {reply.enhanced}".rstrip()
        event = "signed in" if reply.accepted else "sign-in refused"
        _log.info(event, peer=self._peer, host=host, mechanism=self._mechanism, reply=said)


def _account(mechanism: str, response: bytes) -> str:
    """Who signs in; "" where the response does not say so."""
    text = response.decode("utf-8", "replace")
    if mechanism == "PLAIN":
        parts = text.split("\0")
        return parts[1] if len(parts) == _PLAIN_PARTS else ""
    if mechanism == "XOAUTH2":
        fields = text.split("\x01")
        return next((f[5:] for f in fields if f.startswith("user=")), "")
    return text
