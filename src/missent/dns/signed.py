"""Whether a domain is signed (DNSSEC): whether its parent has a DS record for it (RFC 4035 5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATIENCE = 5.0  # seconds


async def signed(domain: str, resolvers: Sequence[str] = ()) -> bool | None:
    """Ask for a domain's DS record; None where the DNS does not say.

    Args:
        domain: as `Domain.name`.
        resolvers: as in `DnsOptions`; the system's where there are none.
    """
    from dns import asyncresolver, exception, resolver  # noqa: PLC0415  an extra

    try:
        asking = asyncresolver.Resolver(configure=not resolvers)
        if resolvers:
            places = [place(text) for text in resolvers]
            asking.nameservers = [host for host, _ in places]
            asking.nameserver_ports = dict(places)
        await asking.resolve(domain, "DS", lifetime=_PATIENCE, search=False)
    except (resolver.NoAnswer, resolver.NXDOMAIN):
        return False
    except (exception.DNSException, OSError):
        return None
    return True


def place(text: str) -> tuple[str, int]:
    """A resolver's address and port; see `DnsOptions`."""
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        return host, int(port.removeprefix(":") or 53)
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, int(port)
    return text, 53
