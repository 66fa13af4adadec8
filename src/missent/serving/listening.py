"""Sockets that listen: where, and TCP without its waits.

What is small and last leaves at once, and is acknowledged at once.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

_QUICKACK = getattr(socket, "TCP_QUICKACK", None)  # Linux alone has it
_FAMILIES = frozenset((socket.AF_INET, socket.AF_INET6))


def prompt(listening: socket.socket) -> socket.socket:
    """Let answers leave at once on all that is accepted from a socket, which inherits it.

    asyncio sets it only where the protocol was named, as `socket.create_server` does not; uvloop
    always. Of an answer in two writes the second would wait for the client's acknowledgement, which
    may take 40 ms.
    """
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def shown(listening: socket.socket) -> str:
    """Where a socket listens, with the port that it got: `127.0.0.1:25`, `[::1]:25` or a path."""
    if listening.family not in _FAMILIES:
        return str(listening.getsockname())
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def acknowledging(transport: asyncio.BaseTransport) -> Callable[[], None]:
    """What acknowledges at once what was received, where no answer will do it.

    A client that has more to say, and does not set TCP_NODELAY, waits for that: otherwise 40 ms.
    The system goes back to waiting by itself, so it is to be called each time.
    """
    own = transport.get_extra_info("socket")
    if _QUICKACK is None or own is None or own.family not in _FAMILIES:
        return _nothing
    quickack = _QUICKACK

    def acknowledge() -> None:
        own.setsockopt(socket.IPPROTO_TCP, quickack, 1)

    return acknowledge


def _nothing() -> None:
    pass
