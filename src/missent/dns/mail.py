"""Where mail for a domain goes, by the rules of RFC 5321 5.1 and RFC 7505."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.facts import DomainFacts, Unknown

if TYPE_CHECKING:
    from missent.dns.interface import Asker, Kind

_ADDRESSES: tuple[Kind, ...] = ("A", "AAAA")


async def mail(asker: Asker, domain: str) -> tuple[DomainFacts | Unknown, int]:
    """Ask what becomes of mail to a domain, and for how many seconds the answer holds.

    Addresses are asked for only where there is no MX record: an A record beside one means nothing.
    """
    found = await asker.ask(domain, "MX")
    if isinstance(found, Unknown):
        return found, 0
    if not found.exists:
        return DomainFacts(exists=False), found.ttl
    if found.values:
        hosts = tuple(host for host in found.values if host)
        return DomainFacts(True, hosts, null_mx=not hosts), found.ttl
    unknown = None
    for kind in _ADDRESSES:
        found = await asker.ask(domain, kind)
        if isinstance(found, Unknown):
            unknown = found
        elif found.values:
            return DomainFacts(True, has_address=True), found.ttl
    return unknown or DomainFacts(True), 0
