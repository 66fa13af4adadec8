"""Asks a lookalike's mail servers whether they take any recipient. Off unless somebody wants it.

A conversation is greeting, EHLO, MAIL with the null reverse-path, RCPT for a mailbox that nobody
has, QUIT. The reply to RCPT is what is read; DATA is never sent. Only names that take mail are
asked, never one with a null MX, and never an address that is not of the public network. Before you
use it, read "Probing" in docs/how-to/exposure.md.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import ip_address
from secrets import token_hex
from typing import TYPE_CHECKING

from aiosmtplib import SMTP, SMTPException

from missent.core.facts import Unknown
from missent.dns.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiosmtplib import SMTPResponse

    from missent.dns.interface import Asker, Kind
    from missent.exposure.lookalike import Lookalike

_KINDS: tuple[Kind, ...] = ("A", "AAAA")
_POSITIVE, _TRANSIENT, _PERMANENT = 2, 4, 5  # first digits of replies, RFC 5321 4.2.1


class Answer(StrEnum):
    """What a server said, the worst first."""

    ANY = "takes any recipient"
    LATER = "asks to come again"
    """A 4xx reply: greylisting, or a fault of theirs."""
    UNKNOWN_REFUSED = "refuses unknown recipients"
    US_REFUSED = "refuses us"
    SLOW = "no answer in time"
    NOBODY = "no connection"


@dataclass(frozen=True, slots=True)
class ProbeOptions:
    """How servers are asked.

    Attributes:
        hello: our own name, for EHLO; it must lead back to whoever answers for this.
        port: where mail servers listen.
        patience: seconds for one server, whatever it does.
        rate: conversations begun a second.
        parallel: conversations at a time; one at a time with each server.
        exchangers: servers asked of one name at most.
        anywhere: also connect to addresses that are not public. For tests on the loopback.
    """

    hello: str
    port: int = 25
    patience: float = 45.0
    rate: float = 1.0
    parallel: int = 5
    exchangers: int = 8
    anywhere: bool = False


class Prober:
    """Asks servers, one name after the other.

    Args:
        asker: finds the servers' addresses.
        options: how they are asked.
    """

    def __init__(self, asker: Asker, options: ProbeOptions) -> None:
        self._asker = asker
        self._options = options
        self._pace = Pace(options.rate, options.parallel)
        self._turn: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def run(self, found: Sequence[Lookalike]) -> list[Lookalike]:
        """The same names with what their servers answered."""
        return list(await asyncio.gather(*map(self.probe, found)))

    async def probe(self, one: Lookalike) -> Lookalike:
        """Ask every server of one name, and keep the worst answer: one open door is enough."""
        if not one.state.takes_mail:
            return one
        hosts = one.exchangers[: self._options.exchangers] or (one.name,)
        answers = [await self._ask(host, one.name) for host in hosts]
        worst = min(answers, key=list(Answer).index)
        return replace(one, probe=str(worst))

    async def _ask(self, host: str, domain: str) -> Answer:
        address = await self._address(host)
        if address is None:
            return Answer.NOBODY
        async with self._turn[address], self._pace.turn():
            try:
                async with asyncio.timeout(self._options.patience):
                    return await self._converse(address, domain)
            except TimeoutError:
                return Answer.SLOW
            except (SMTPException, OSError, ValueError):
                return Answer.NOBODY

    async def _address(self, host: str) -> str | None:
        for kind in _KINDS:
            said = await self._asker.ask(host, kind)
            for address in () if isinstance(said, Unknown) else said.values:
                if self._options.anywhere or ip_address(address).is_global:
                    return address
        return None

    async def _converse(self, address: str, domain: str) -> Answer:
        smtp = SMTP(
            hostname=address,
            port=self._options.port,
            timeout=self._options.patience,
            local_hostname=self._options.hello,
            start_tls=False,
            use_tls=False,
        )
        try:
            await smtp.connect()
            commands = (f"EHLO {self._options.hello}", "MAIL FROM:<>")
            for command in commands:
                said = await smtp.execute_command(command.encode())
                if said.code // 100 != _POSITIVE:
                    return _refused(said, Answer.US_REFUSED)
            said = await smtp.execute_command(f"RCPT TO:<{token_hex(8)}@{domain}>".encode())
            with suppress(SMTPException):  # after a 421 they are gone
                await smtp.execute_command(b"QUIT")
        except SMTPException as error:
            code = getattr(error, "code", 0) or 0
            if code // 100 in {_TRANSIENT, _PERMANENT}:  # the greeting
                return Answer.LATER if code // 100 == _TRANSIENT else Answer.US_REFUSED
            raise
        finally:
            smtp.close()
        return (
            Answer.ANY if said.code // 100 == _POSITIVE else _refused(said, Answer.UNKNOWN_REFUSED)
        )


def _refused(said: SMTPResponse, for_good: Answer) -> Answer:
    return Answer.LATER if said.code // 100 == _TRANSIENT else for_good
