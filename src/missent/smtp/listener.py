"""A listening socket: how many clients at a time, and how it stops."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from missent.smtp.connection import Connection, Deadlines
from missent.smtp.events import Limits
from missent.smtp.handshakes import Handshakes
from missent.smtp.replies import Reply
from missent.smtp.session import Session

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Sequence

    from missent.smtp.connection import Handler

_CLOSING = Reply(421, "4.3.2", ("shutting down; try again later",))
_LAST_CALL = 0.05  # seconds
_FULL = Reply(421, "4.7.0", ("too many connections; try again later",))


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """Where to listen, and for how much.

    Attributes:
        host: an IP address or a name; loopback unless said otherwise.
        port: 0 takes a free one.
        hostname: our name in the greeting.
        reuse_port: SO_REUSEPORT, so that several processes share the port.
        connections: clients at a time.
        connections_per_peer: of them, from one IP address.
        limits: what one client may ask for.
        deadlines: how long it may take.
        grace: seconds that messages under way get to finish when we stop.
        tls: for STARTTLS towards clients, where the handler offers it.
        implicit: where TLS begins with the first octet (RFC 8314 3.3): a host and a port; None
            for nowhere.
    """

    host: str = "127.0.0.1"
    port: int = 2525
    hostname: str = "localhost"
    reuse_port: bool = False
    connections: int = 500
    connections_per_peer: int = 200
    limits: Limits = field(default_factory=Limits)
    deadlines: Deadlines = field(default_factory=Deadlines)
    grace: float = 30
    tls: ssl.SSLContext | None = None
    implicit: tuple[str, int] | None = None


class Listener:
    """Accepts clients and gives each a handler.

    Args:
        options: where, and for how much.
        handler: makes a handler for a peer's IP address.
    """

    def __init__(self, options: ListenOptions, handler: Callable[[str], Handler]) -> None:
        self._options = options
        self._handler = handler
        self._open: set[Connection] = set()
        self._peers: Counter[str] = Counter()
        self._servers: list[asyncio.Server] = []
        self._handshakes: Handshakes | None = None
        self._closing = False

    async def open(
        self, sockets: Sequence[socket.socket] = (), implicit: Sequence[socket.socket] = ()
    ) -> tuple[tuple[str, int], ...]:
        """Listen.

        Args:
            sockets: bound and listening already; without them the addresses of the options are.
            implicit: likewise, for TLS from the first octet.

        Returns:
            The addresses and ports that are listened on, those of implicit TLS last.

        Raises:
            OSError: the address cannot be had.
        """
        options = self._options
        loop = asyncio.get_running_loop()
        if not sockets and not implicit:
            server = await loop.create_server(
                self._connection,
                options.host,
                options.port,
                backlog=1024,
                reuse_port=options.reuse_port or None,
            )
            self._servers.append(server)
            implicit = await self._bind(options.implicit) if options.implicit else ()
        for one in sockets:
            server = await loop.create_server(self._connection, sock=one, backlog=1024)
            self._servers.append(server)
        names = [s.getsockname() for server in self._servers for s in server.sockets]
        for one in implicit:
            names.append(one.getsockname())
            self._accept_tls(one)
        return tuple((str(name[0]), int(name[1])) for name in names)

    async def _bind(self, address: tuple[str, int]) -> Sequence[socket.socket]:
        found = await asyncio.get_running_loop().getaddrinfo(*address, type=socket.SOCK_STREAM)
        family, _, _, _, name = found[0]
        reuse = self._options.reuse_port
        return [socket.create_server(name[:2], family=family, backlog=1024, reuse_port=reuse)]

    def _accept_tls(self, listening: socket.socket) -> None:
        options = self._options
        if options.tls is None:
            raise ValueError("TLS from the first octet needs a certificate")
        if self._handshakes is None:
            seconds = options.deadlines.handshake
            connection = partial(self._connection, secure=True)
            self._handshakes = Handshakes(options.tls, seconds, self._has_room, connection)
        self._handshakes.open(listening)

    async def close(self) -> None:
        """Stop listening, let the messages under way finish, close the rest."""
        self._closing = True
        for server in self._servers:
            server.close()
        if self._handshakes is not None:
            await self._handshakes.close()
        # Clients who were accepted in this very turn come with the next: they are told to try
        # again, and not cut off without a word.
        await asyncio.sleep(_LAST_CALL)
        for connection in self._open:
            connection.stop()
        if not await self._ended(self._options.grace):
            for connection in self._open:
                connection.abort()
        if not await self._ended(1):
            for connection in self._open:
                if connection.task is not None:
                    connection.task.cancel()
            await self._ended(1)

    async def _ended(self, seconds: float) -> bool:
        tasks = [c.task for c in self._open if c.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        return not self._open

    def _connection(self, *, secure: bool = False) -> Connection:
        options = self._options
        session = Session(options.hostname, options.limits)
        if secure:
            session.secured()
        return Connection(session, options.deadlines, self._admit, self._lost, options.tls)

    def _has_room(self, peer: str) -> bool:
        """Whether one more client may come, with those who are still shaking hands."""
        waiting = self._handshakes.peers if self._handshakes else Counter[str]()
        return (
            len(self._open) + waiting.total() < self._options.connections
            and self._peers[peer] + waiting[peer] < self._options.connections_per_peer
        )

    def _admit(self, connection: Connection, peer: str) -> Handler | Reply:
        self._open.add(connection)
        self._peers[peer] += 1
        if self._closing:
            return _CLOSING
        if (
            len(self._open) > self._options.connections
            or self._peers[peer] > self._options.connections_per_peer
        ):
            return _FULL
        return self._handler(peer)

    def _lost(self, connection: Connection) -> None:
        self._open.discard(connection)
        self._peers[connection.peer] -= 1
        if not self._peers[connection.peer]:
            del self._peers[connection.peer]
