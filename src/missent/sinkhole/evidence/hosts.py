"""The names of clients' addresses, forward-confirmed (FCrDNS)."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from missent.core.facts import Unknown

if TYPE_CHECKING:
    from missent.dns.interface import Asker

_NAMES = 3  # of one address that are followed; a liar may have thousands


async def confirmed(asker: Asker, address: str) -> str | Unknown:
    """The name of an IP address that leads back to it; "" where it has none."""
    parsed = ip_address(address.partition("%")[0])
    names = await asker.ask(parsed.reverse_pointer, "PTR")
    if isinstance(names, Unknown):
        return names
    doubt: Unknown | None = None
    for name in names.values[:_NAMES]:
        found = await asker.ask(name, "A" if parsed.version == 4 else "AAAA")  # noqa: PLR2004
        if isinstance(found, Unknown):
            doubt = found
        elif any(_same(address, text) for text in found.values):
            return name
    return doubt or ""


def _same(one: str, other: str) -> bool:
    try:
        return ip_address(one) == ip_address(other)
    except ValueError:
        return False
