"""Whether the sender's domain lets the client send for it: SPF (RFC 7208), of the connection alone.

The evaluation is the library spftrace's; what it asks goes through our own resolver. The local part
of the sender is gone by then: what a policy that depends on it says is not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from missent.core.address import Domain
from missent.core.errors import AddressError, ConfigError
from missent.core.facts import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from missent.dns.interface import Asker, Kind

_SECONDS = 10  # for all the questions of one evaluation
_QUESTIONS = 40  # of one evaluation; the RFC allows for 111
_NOT_KEPT = re.compile(r"%\{[lLsShH]")  # macros: local part and address of the sender, greeting
_KINDS: dict[str, Kind] = {"A": "A", "AAAA": "AAAA", "MX": "MX", "PTR": "PTR", "TXT": "TXT"}


class Claim(NamedTuple):
    """A client that says it sends for a domain.

    Attributes:
        address: its IP address.
        domain: of the reverse-path, or of the greeting where that is empty (RFC 7208 2.4).
    """

    address: str
    domain: bytes


def evaluator(asker: Asker) -> Callable[[Claim], Coroutine[Any, Any, str | Unknown]]:
    """Make the function that evaluates a claim.

    Its answer is a result of RFC 7208 2.6: `pass`, `fail`, `softfail`, `neutral`, `none`,
    `permerror`; `temperror` is `Unknown`.

    Raises:
        ConfigError: spftrace is not installed.
    """
    try:
        import spftrace  # noqa: PLC0415  an extra
    except ImportError:
        raise ConfigError(
            "spftrace is not installed; in missent's clone, pip install '.[spf]'"
        ) from None

    class Transport(spftrace.BaseResolver):
        async def _lookup(self, name: str, rtype: str) -> tuple[str, list[str]]:
            found = await asker.ask(name, _KINDS[rtype])
            if isinstance(found, Unknown):
                raise spftrace.DnsError(found.reason)
            return "NOERROR" if found.exists else "NXDOMAIN", list(found.values)

    transport = Transport()

    async def evaluate(claim: Claim) -> str | Unknown:
        domain = _name(claim.domain)
        if not domain:
            return "none"
        result = await spftrace.acheck(
            claim.address.partition("%")[0],
            domain,
            resolver=transport,
            max_queries=_QUESTIONS,
            time_limit=_SECONDS,
        )
        expanded = (event.data.get("before") or "" for event in result.trace.events)
        if any(_NOT_KEPT.search(text) for text in expanded):
            return Unknown("it depends on what is not kept")
        return Unknown("temperror") if result.verdict == "temperror" else str(result.verdict)

    return evaluate


def _name(written: bytes) -> str:
    """A name as the DNS has it; "" for what is none, an address literal for instance."""
    try:
        domain = Domain.parse(written.decode("utf-8"))
    except (AddressError, UnicodeDecodeError):
        return ""
    return "" if domain.is_literal else domain.name
