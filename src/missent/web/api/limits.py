"""How often somebody may ask: token buckets, of bounded number."""

from __future__ import annotations

from collections import OrderedDict
from ipaddress import IPv6Address, ip_address

_MOST = 10_000  # buckets; whoever asked longest ago is forgotten, and begins with a full one
_NETWORK = 64  # bits of an IPv6 address that one customer has


class Limits:
    """A bucket for each key: it holds a minute's worth, and fills evenly.

    Args:
        a_minute: requests of one key.
    """

    def __init__(self, a_minute: int, most: int = _MOST) -> None:
        self._size = float(a_minute)
        self._rate = a_minute / 60
        self._most = most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: str, now: float) -> float:
        """Take one: 0, or the seconds after which there is one again; nothing was then taken.

        Args:
            key: who asks.
            now: seconds by a clock that never goes back.
        """
        left = self._left(key, now)
        wait = self._until(left)
        self._buckets[key] = (left if wait else left - 1, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return wait

    def wait(self, key: str, now: float) -> float:
        """What `take` would say; nothing is taken."""
        return self._until(self._left(key, now))

    def _left(self, key: str, now: float) -> float:
        left, at = self._buckets.get(key, (self._size, now))
        return min(left + (now - at) * self._rate, self._size)

    def _until(self, left: float) -> float:
        return 0.0 if left >= 1 else (1 - left) / self._rate


def network(host: str) -> str:
    """What an address is counted by: itself, of IPv6 the network of its customer."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return f"{int(address) >> (128 - _NETWORK):x}"
