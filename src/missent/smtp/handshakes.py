"""Accepts clients whose first octets are TLS's (RFC 8314 3.3).

Not by `create_server(ssl=...)`: a handshake under way is a client too, and is to be counted.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable, Coroutine

_log = structlog.get_logger("missent.smtp")
_PAUSE = 0.1  # seconds, where no client can be accepted just now


class Handshakes:
    """Handshakes under way, until each is a connection.

    Args:
        tls: our side of them.
        seconds: that one may take.
        admits: whether there is room for one more client from an IP address.
        connection: makes its protocol.

    Attributes:
        peers: how many are under way, by IP address.
    """

    def __init__(
        self,
        tls: ssl.SSLContext,
        seconds: float,
        admits: Callable[[str], bool],
        connection: Callable[[], asyncio.Protocol],
    ) -> None:
        self.peers: Counter[str] = Counter()
        self._tls = tls
        self._seconds = seconds
        self._admits = admits
        self._connection = connection
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self, listening: socket.socket) -> None:
        """Accept clients from a listening socket, which is ours from now on."""
        listening.setblocking(False)
        self._spawn(self._accept(listening))

    async def close(self) -> None:
        """Accept no more; handshakes under way are dropped."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with listening:
            while True:
                try:
                    client, address = await loop.sock_accept(listening)
                except OSError as error:  # no more descriptors, or the client is gone already
                    _log.warning("no client accepted", reason=str(error))
                    await asyncio.sleep(_PAUSE)
                    continue
                if self._admits(str(address[0])):
                    self._spawn(self._greet(client, str(address[0])))
                else:
                    client.close()  # not worth a handshake

    async def _greet(self, client: socket.socket, peer: str) -> None:
        self.peers[peer] += 1
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                self._connection, client, ssl=self._tls, ssl_handshake_timeout=self._seconds
            )
        except OSError as error:  # ssl.SSLError is one
            _log.info("handshake failed", peer=peer, reason=str(error))
            with contextlib.suppress(OSError):
                client.close()
        finally:
            self.peers[peer] -= 1
            if not self.peers[peer]:
                del self.peers[peer]
