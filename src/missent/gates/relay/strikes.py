"""Counts refused sign-ins, so that nobody tries passwords at a mail server through us."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Strikes:
    """Refused sign-ins by peer, in this process.

    Args:
        clock: in seconds, never going back.
        most: refused ones within `seconds`, after which a peer must wait.
        seconds: from the first of them; then it may try anew.
        peers: remembered at a time; the oldest go first.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        most: int = 30,
        seconds: float = 600,
        peers: int = 4096,
    ) -> None:
        self._clock = clock
        self._most = most
        self._seconds = seconds
        self._room = peers
        self._peers: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def add(self, peer: str) -> None:
        """Count a refused sign-in."""
        since, count = self._known(peer)
        self._peers[peer] = since, count + 1
        if len(self._peers) > self._room:
            self._peers.popitem(last=False)

    def out(self, peer: str) -> bool:
        """Whether a peer must wait."""
        return self._known(peer)[1] >= self._most

    def _known(self, peer: str) -> tuple[float, int]:
        now = self._clock()
        since, count = self._peers.get(peer, (now, 0))
        return (since, count) if now - since < self._seconds else (now, 0)
