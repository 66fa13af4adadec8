"""Whether a client's address lies in one of some networks."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network


@lru_cache(maxsize=4096)
def inside(address: str, networks: tuple[Network, ...]) -> bool:
    """Whether it does; an IPv4 address that came by an IPv6 socket counts as what it is.

    Args:
        address: as the socket tells it, perhaps with a zone; what is no IP address is in none.
        networks: which they are.
    """
    try:
        client = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(client, IPv6Address) and client.ipv4_mapped is not None:
        client = client.ipv4_mapped
    return any(client in network for network in networks)
