"""The sinkhole of one process: its sockets, its connections, and the second hand."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import structlog

from missent.core.errors import ConfigError
from missent.serving.listening import prompt
from missent.sinkhole.common import Common
from missent.sinkhole.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.sinkhole.dialogue import Book
    from missent.sinkhole.options import SinkholeOptions
    from missent.sinkhole.tls import Certificate

_log = structlog.get_logger("missent.sinkhole")
_BACKLOG = 4096
_LAST_CALL = 0.05  # seconds
_LOOK_AT_CERTIFICATE = 10  # seconds


def listen_on(host: str, port: int, count: int) -> list[socket.socket]:
    """Open one socket for each process on the same address, so that the kernel shares out.

    They are opened before the processes fork: who waits in the queue of one that dies is served
    by its successor.

    Raises:
        ConfigError: the address cannot be had.
    """
    sockets: list[socket.socket] = []
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        for _ in range(count):
            one = socket.socket(family, socket.SOCK_STREAM)
            sockets.append(one)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
            prompt(one).listen(_BACKLOG)
            address = one.getsockname()  # the others share the free port that the first one got
    except OSError as error:
        for one in sockets:
            one.close()
        raise ConfigError(
            f"cannot listen on {host}:{port}: {error.strerror}; name another address or port"
        ) from None
    return sockets


class Server:
    """The sinkhole of one process.

    Args:
        options: of the server.
        book: what is told of conversations.
        certificate: for STARTTLS; None does not offer it.

    Attributes:
        common: what its connections share.
        open: its connections.
    """

    def __init__(
        self, options: SinkholeOptions, book: Book, certificate: Certificate | None = None
    ) -> None:
        self.common = Common(options, book, certificate)
        self.open: set[Connection] = set()
        self._servers: list[asyncio.Server] = []
        self._clock: asyncio.Task[None] | None = None

    async def serve(self, sockets: Sequence[socket.socket]) -> None:
        """Listen on sockets that are bound already; see `listen_on`."""
        loop = asyncio.get_running_loop()
        self.common.now = loop.time()
        self._clock = loop.create_task(self._tick())
        connect = partial(Connection, self.common, self.open)
        for one in sockets:
            server = await loop.create_server(connect, sock=one, backlog=_BACKLOG)
            self._servers.append(server)

    async def close(self) -> None:
        """Stop listening, and part with everyone."""
        self.common.closing = True
        for server in self._servers:
            server.close()
        await asyncio.sleep(_LAST_CALL)  # those who were accepted in this very turn
        for connection in list(self.open):
            connection.stop()
        end = asyncio.get_running_loop().time() + self.common.options.grace
        while self.open and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110  they only go
            await asyncio.sleep(_LAST_CALL)
        for connection in list(self.open):
            connection.abort()
        await asyncio.sleep(0)
        if self._clock is not None:
            self._clock.cancel()
            with suppress(asyncio.CancelledError):
                await self._clock
        self.common.scratch.wipe()

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        seconds = 0
        while True:
            await asyncio.sleep(1)
            seconds += 1
            self.common.now = now = loop.time()
            for connection in list(self.open):
                connection.tick(now)
            self.common.scratch.wipe()
            if seconds % _LOOK_AT_CERTIFICATE == 0:
                self._look_at_certificate()

    def _look_at_certificate(self) -> None:
        certificate = self.common.certificate
        try:
            if certificate is not None and certificate.refresh():
                _log.info("certificate reloaded")
        except ConfigError as error:
            _log.error("certificate", reason=str(error))
