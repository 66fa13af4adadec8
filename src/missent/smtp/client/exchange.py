"""Signing in at a server in somebody's name, word by word (RFC 4954). No word of it is kept."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from typing import TYPE_CHECKING

import structlog
from aiosmtplib import SMTPException

from missent.smtp.client.dial import hang_up
from missent.smtp.client.transaction import relayed
from missent.smtp.replies import Challenge, Reply

if TYPE_CHECKING:
    from aiosmtplib import SMTP

_log = structlog.get_logger("missent.smtp")
_LINE_OCTETS = 512  # RFC 4954 4: a longer response waits for a challenge
_CHALLENGE = 334
_SUCCESS = 235

_LOST = Reply(454, "4.7.0", ("the connection to the mail server was lost; try again later",))
_ODD = Reply(454, "4.7.0", ("the mail server gave an answer out of order; try again later",))


class Exchange:
    """One AUTH at a server.

    Args:
        client: connected, and not signed in.
        seconds: for each answer.
    """

    def __init__(self, client: SMTP, seconds: float) -> None:
        self._client = client
        self._seconds = seconds

    async def begin(self, mechanism: str, response: bytes) -> Reply | Challenge:
        """Say AUTH, with the first response in the way that has room for it.

        Returns:
            What the server wants to know next; 235, or its refusal.
        """
        words = (b"AUTH", mechanism.encode(), _encoded(response) or b"=")
        if len(b" ".join(words)) + 2 <= _LINE_OCTETS:
            return await self._say(*words)
        answer = await self._say(*words[:2])
        return await self.respond(response) if isinstance(answer, Challenge) else answer

    async def respond(self, response: bytes) -> Reply | Challenge:
        """Answer a challenge."""
        return await self._say(_encoded(response))

    async def _say(self, *words: bytes) -> Reply | Challenge:
        try:
            response = await self._client.execute_command(*words, timeout=self._seconds)
        except (SMTPException, OSError, TimeoutError) as error:
            # never the words: they are a password
            _log.warning("next hop lost", host=self._client.hostname, reason=type(error).__name__)
            hang_up(self._client)
            return _LOST
        if response.code == _CHALLENGE:
            try:
                return Challenge(a2b_base64(response.message.encode(), strict_mode=True))
            except ValueError:
                return self._odd()
        if response.code == 421:  # noqa: PLR2004  it closes
            hang_up(self._client)
            response = response._replace(code=454)
        reply = relayed(response)
        return self._odd() if reply.accepted and reply.code != _SUCCESS else reply

    def _odd(self) -> Reply:
        hang_up(self._client)
        return _ODD


def _encoded(response: bytes) -> bytes:
    return b2a_base64(response, newline=False)
