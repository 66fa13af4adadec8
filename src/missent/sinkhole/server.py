"""The sinkhole of one process: its sockets, its connections, and the second hand."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from missent.core.errors import ConfigError
from missent.serving.listening import prompt
from missent.serving.networks import inside
from missent.sinkhole.admission import Admission, AdmissionOptions
from missent.sinkhole.answers import Answers
from missent.sinkhole.connection import Connection
from missent.sinkhole.scratch import Scratch
from missent.sinkhole.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from missent.serving.networks import Network
    from missent.sinkhole.dialogue import Book
    from missent.sinkhole.mapping import Lookalike
    from missent.sinkhole.tls import Certificate

_log = structlog.get_logger("missent.sinkhole")
_BACKLOG = 4096
_LAST_CALL = 0.05  # seconds
_LOOK_AT_CERTIFICATE = 10  # seconds
_FULL = b"421 4.7.0 too many connections; try again later\r\n"


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


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a client may take, in seconds.

    Attributes:
        line: for a whole line, however slowly it drips in; and for a handshake.
        session: for everything.
        linger: that one who was cut off may go on, so that it reads the reason.
    """

    line: float = 60
    session: float = 600
    linger: float = 5


@dataclass(frozen=True, slots=True)
class SinkholeOptions:
    """The server.

    Attributes:
        lookalikes: what is taken in for what.
        terms: what clients are met with; `starttls` follows from the certificate.
        admission: how many clients.
        patience: how long they may take.
        proxies: networks whose connections begin with a PROXY header; nobody else's do.
        tarpit: seconds before the greeting and before each answer; 0 answers at once.
        grace: seconds that clients get when we stop.
    """

    lookalikes: tuple[Lookalike, ...]
    terms: Terms = field(default_factory=Terms)
    admission: AdmissionOptions = field(default_factory=AdmissionOptions)
    patience: Patience = field(default_factory=Patience)
    proxies: tuple[Network, ...] = ()
    tarpit: float = 0
    grace: float = 5


class Server:
    """Everything that the connections of a process share.

    Args:
        options: of the server.
        book: what is told of conversations.
        certificate: for STARTTLS; None does not offer it.
    """

    def __init__(
        self, options: SinkholeOptions, book: Book, certificate: Certificate | None = None
    ) -> None:
        self.options = options
        self.book = book
        self.certificate = certificate
        self.terms = options.terms
        self.greeting = options.terms.greeting
        self.answers = Answers(options.lookalikes)
        self.scratch = Scratch()
        self.open: set[Connection] = set()
        self.now = 0.0  # of the loop, to the second: a look at the clock for each line is dear
        self._admission = Admission(options.admission)
        self._servers: list[asyncio.Server] = []
        self._clock: asyncio.Task[None] | None = None
        self._closing = False

    async def serve(self, sockets: Sequence[socket.socket]) -> None:
        """Listen on sockets that are bound already; see `listen_on`."""
        loop = asyncio.get_running_loop()
        self.now = loop.time()
        self._clock = loop.create_task(self._tick())
        for one in sockets:
            server = await loop.create_server(lambda: Connection(self), sock=one, backlog=_BACKLOG)
            self._servers.append(server)

    async def close(self) -> None:
        """Stop listening, and part with everyone."""
        self._closing = True
        for server in self._servers:
            server.close()
        await asyncio.sleep(_LAST_CALL)  # those who were accepted in this very turn
        for connection in list(self.open):
            connection.stop()
        end = asyncio.get_running_loop().time() + self.options.grace
        while self.open and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110  they only go
            await asyncio.sleep(_LAST_CALL)
        for connection in list(self.open):
            connection.abort()
        await asyncio.sleep(0)
        if self._clock is not None:
            self._clock.cancel()
            with suppress(asyncio.CancelledError):
                await self._clock
        self.scratch.wipe()

    # What connections ask.

    def admit(self, connection: Connection, peer: str) -> bytes:
        """Count a client in; what to turn it away with, or b""."""
        connection.networks, over = self._admission.enter(peer, self.now)
        if self._closing:
            return _FULL
        if over:
            self.book.fault(over)
            return _FULL
        return b""

    def lost(self, connection: Connection) -> None:
        """It is gone."""
        self.open.discard(connection)
        self._admission.leave(connection.networks)

    def is_proxy(self, peer: str) -> bool:
        """Whether this peer speaks for others."""
        return bool(self.options.proxies) and inside(peer, self.options.proxies)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something after a while."""
        asyncio.get_running_loop().call_later(seconds, act)

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        seconds = 0
        while True:
            await asyncio.sleep(1)
            seconds += 1
            self.now = now = loop.time()
            for connection in list(self.open):
                connection.tick(now)
            self.scratch.wipe()
            if self.certificate is not None and seconds % _LOOK_AT_CERTIFICATE == 0:
                try:
                    if self.certificate.refresh():
                        _log.info("certificate reloaded")
                except ConfigError as error:
                    _log.error("certificate", reason=str(error))
