"""How many connections one address and one network may have, and how many a minute."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from ipaddress import ip_address

_MOST = 200_000  # networks that are counted by the minute; far more are no crowd but an attack


@dataclass(frozen=True, slots=True)
class AdmissionOptions:
    """The limits, of one process.

    Attributes:
        connections: at a time.
        per_address: of them, from one IPv4 address or one network of `network_v6`.
        per_network: of them, from one network.
        per_minute: new ones in a minute from one network; 0 for any number.
        network_v4: the prefix length of a network of IPv4.
        network_v6: the same of IPv6.
    """

    connections: int = 10_000
    per_address: int = 50
    per_network: int = 200
    per_minute: int = 0
    network_v4: int = 24
    network_v6: int = 64


class Admission:
    """Counts who is there.

    Args:
        options: the limits.
    """

    def __init__(self, options: AdmissionOptions) -> None:
        self._options = options
        self._here: Counter[int] = Counter()
        self._minute: Counter[int] = Counter()
        self._this_minute = 0
        self.open = 0

    def enter(self, peer: str, now: float) -> tuple[tuple[int, ...], str]:
        """Take a client in.

        Args:
            peer: its IP address.
            now: in seconds.

        Returns:
            What `leave` is to be given, and which limit it is over: "" for none.
        """
        options = self._options
        if int(now // 60) != self._this_minute or len(self._minute) > _MOST:
            self._this_minute = int(now // 60)
            self._minute.clear()
        address, network = _keys(peer, options.network_v4, options.network_v6)
        self.open += 1
        self._here[address] += 1
        self._here[network] += 1
        over = ""
        if self.open > options.connections:
            over = "too many connections"
        elif self._here[address] > options.per_address:
            over = "too many connections of an address"
        elif self._here[network] > options.per_network:
            over = "too many connections of a network"
        elif options.per_minute:
            self._minute[network] += 1
            if self._minute[network] > options.per_minute:
                over = "too many connections in a minute"
        return (address, network), over

    def leave(self, keys: tuple[int, ...]) -> None:
        """It is gone."""
        self.open -= bool(keys)
        for key in keys:
            self._here[key] -= 1
            if not self._here[key]:
                del self._here[key]


def _keys(peer: str, v4: int, v6: int) -> tuple[int, int]:
    """Numbers for an address and for its network, which no other two share."""
    if ":" not in peer and peer:
        a, b, c, d = peer.split(".")
        number = int(a) << 24 | int(b) << 16 | int(c) << 8 | int(d)
        return number, 1 << 32 | number >> (32 - v4)
    if not peer:  # no address: a Unix socket
        return -1, -2
    address = ip_address(peer.partition("%")[0])
    if address.version == 6 and address.ipv4_mapped is not None:  # noqa: PLR2004  IPv6
        return _keys(str(address.ipv4_mapped), v4, v6)
    number = int(address) >> (128 - v6)
    # whoever has a network of IPv6 has all its addresses
    return 1 << 200 | number, 1 << 201 | number
