"""What is asked of the DNS and what comes back, whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from missent.core.facts import Unknown

Kind = Literal["A", "AAAA", "MX", "NS", "PTR", "TXT"]


@dataclass(frozen=True, slots=True)
class Records:
    """An answer of the DNS.

    Attributes:
        values: the data of the records: addresses, host names in lower case without a trailing
            dot (of MX by preference, "" for the root), texts. Empty where there are none.
        exists: False for NXDOMAIN: there is no record of any kind, and no name below.
        ttl: for how many seconds it holds; 0 where the answer does not say.
    """

    values: tuple[str, ...] = ()
    exists: bool = True
    ttl: int = 0


class Asker(Protocol):
    """Someone who can be asked for records."""

    async def ask(self, name: str, kind: Kind) -> Records | Unknown:
        """Ask for the records of a name (A-labels); never raises but for cancellation."""

    async def close(self) -> None:
        """Let go of sockets and threads."""


@dataclass(frozen=True, slots=True)
class DnsOptions:
    """How the DNS is asked.

    Attributes:
        resolvers: recursive resolvers, `IP`, `IP:PORT` or `[IPv6]:PORT`; the system's where there
            are none. Where one fails, the next is asked.
        timeout: seconds for the first try; c-ares doubles it from round to round.
        tries: how often each resolver is tried.
        rate: questions a second at most, all resolvers together.
        parallel: questions that may be open at a time.
        kept: how many domains' facts are held in memory.
    """

    resolvers: tuple[str, ...] = ()
    timeout: float = 1.5
    tries: int = 2
    rate: float = 200.0
    parallel: int = 100
    kept: int = 100_000
