"""Asks by c-ares: thousands of questions a second, with retries, EDNS and TCP where UDP is short.

Of aiodns' errors, 1 is NODATA and 4 is NXDOMAIN; a null MX comes with the exchange "".
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from missent.core.errors import ConfigError
from missent.core.facts import Unknown
from missent.dns.interface import Records
from missent.dns.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from missent.dns.interface import DnsOptions, Kind

_NODATA, _NXDOMAIN = 1, 4
_REASONS = {2: "FORMERR", 3: "SERVFAIL", 5: "NOTIMP", 6: "REFUSED", 8: "no name", 10: "bad answer",
            11: "no resolver answers", 12: "timeout", 24: "cancelled"}  # fmt: skip
_EDNS = 1 << 8  # ARES_FLAG_EDNS
_PORTS = 65535
_MOST = (
    100  # records of one answer that are looked at: nobody needs more, and anybody may send more
)
_DATA: dict[str, Callable[[Any], str]] = {
    "A": lambda data: str(data.addr),
    "AAAA": lambda data: str(data.addr),
    "MX": lambda data: _host(data.exchange),
    "NS": lambda data: _host(data.nsdname),
    "PTR": lambda data: _host(data.dname),
    "TXT": lambda data: str(data.data.decode("utf-8", "replace")),
}


class Ares:
    """An `Asker`. It belongs to the event loop in which it is made.

    Attributes:
        pace: of all questions.

    Raises:
        ConfigError: aiodns is not installed, or a resolver is named wrongly.
    """

    def __init__(self, options: DnsOptions) -> None:
        try:
            import aiodns  # noqa: PLC0415  an extra
        except ImportError:
            raise ConfigError(
                "aiodns is not installed; in missent's clone, pip install '.[dns]'"
            ) from None
        self._error = aiodns.error.DNSError
        self._types = aiodns.query_type_map
        self._named = options.resolvers
        self.pace = Pace(options.rate, options.parallel)
        self._resolver = aiodns.DNSResolver(
            nameservers=list(checked(options.resolvers)) or None,
            timeout=options.timeout,
            tries=options.tries,
            flags=_EDNS,
            lookups="b",  # the DNS alone, not /etc/hosts
            rotate=len(options.resolvers) > 1,
        )

    @property
    def resolvers(self) -> Sequence[str]:
        """The resolvers that are asked, as in `DnsOptions`; the system's where it names none."""
        return self._named or tuple(self._resolver.nameservers)

    async def ask(self, name: str, kind: Kind) -> Records | Unknown:
        """Ask for the records of a name."""
        async with self.pace.turn():
            try:
                answer = await self._resolver.query_dns(name, kind)
            except self._error as error:
                code = error.args[0] if error.args else 0
                if code == _NODATA:
                    return Records()
                if code == _NXDOMAIN:
                    return Records(exists=False)
                return Unknown(_REASONS.get(code, f"error {code}"))
            except ValueError:  # no encoding of it
                return Unknown("no name")
        return _records(answer.answer, kind, self._types[kind])

    async def close(self) -> None:
        """Let go of sockets and threads."""
        await self._resolver.close()


def checked(resolvers: Sequence[str]) -> Sequence[str]:
    """Resolvers as given.

    Raises:
        ConfigError: one of them is no IP address, with or without a port.
    """
    for text in resolvers:
        host, port = text, "53"
        if text.startswith("["):
            host, _, port = text[1:].partition("]")
            port = port.removeprefix(":") or "53"
        elif text.count(":") == 1:
            host, _, port = text.partition(":")
        try:
            ip_address(host)
        except ValueError:
            port = ""
        if not (port.isascii() and port.isdigit() and 0 < int(port) <= _PORTS):
            raise ConfigError(
                f"{text!r} is no resolver; write its IP address, such as 9.9.9.9 or [::1]:53"
            )
    return resolvers


def _host(name: str) -> str:
    return name.rstrip(".").lower()


def _records(answer: Sequence[Any], kind: Kind, number: int) -> Records:
    found = [record for record in answer if record.type == number]  # aliases come along
    if kind == "MX":
        found.sort(key=lambda record: record.data.priority)
    ttl = min((record.ttl for record in answer), default=0)
    return Records(tuple(_DATA[kind](record.data) for record in found[:_MOST]), ttl=ttl)
