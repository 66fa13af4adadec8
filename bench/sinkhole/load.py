"""The clients: blocking sockets in processes of their own, the cheapest that Python has."""

from __future__ import annotations

import multiprocessing
import socket
import ssl
import struct
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.queues import Queue

    from bench.sinkhole.servers import Running

EHLO = b"EHLO client.example\r\n"
MAIL = b"MAIL FROM:<jane@corp.example>\r\n"
RCPT = b"RCPT TO:<gen@army.ml>\r\n"
BURST = 200
BATCH = 500
RESET = struct.pack("ii", 1, 0)  # ports in TIME-WAIT would slow the next server


class Figures(NamedTuple):
    """What was done, by the wall clock and by the server's processor."""

    done: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """A second."""
        return self.done / self.seconds

    @property
    def cost(self) -> float:
        """Microseconds of the server's processor time for one."""
        return 1e6 * self.cpu / max(self.done, 1)


def reply(client: socket.socket) -> bytes:
    """A whole reply, however many pieces it comes in."""
    heard = client.recv(4096)
    while not heard.endswith(b"\r\n") or heard[:-2].rpartition(b"\r\n")[2][3:4] != b" ":
        more = client.recv(4096)
        assert more, heard  # noqa: S101  or else nothing is measured
        heard += more
    return heard


def connect(port: int) -> socket.socket:
    """A connection that waits for nothing before it sends."""
    client = socket.create_connection(("127.0.0.1", port), timeout=120)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def sessions(port: int, until: float) -> int:
    """Connect, EHLO, MAIL, one RCPT that is refused, QUIT; each after the answer before."""
    done = 0
    while time.monotonic() < until:
        with connect(port) as client:
            reply(client)
            for line in (EHLO, MAIL, RCPT):
                client.sendall(line)
                heard = reply(client)
            assert heard.startswith(b"5"), heard  # noqa: S101  or else nothing is measured
            client.sendall(b"QUIT\r\n")
            reply(client)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        done += 1
    return done


def talks(port: int, until: float) -> int:
    """The same as mail servers do it: MAIL and RCPT together where that is offered (RFC 2920)."""
    done = 0
    while time.monotonic() < until:
        with connect(port) as client:
            reply(client)
            client.sendall(EHLO)
            if b"PIPELINING" in reply(client):
                client.sendall(MAIL + RCPT)
                heard = client.recv(4096)
                while heard.count(b"\n") < 2:
                    heard += client.recv(4096)
                heard = heard.partition(b"\n")[2]
            else:
                client.sendall(MAIL)
                reply(client)
                client.sendall(RCPT)
                heard = reply(client)
            assert heard.startswith(b"5"), heard  # noqa: S101  or else nothing is measured
            client.sendall(b"QUIT\r\n")
            reply(client)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        done += 1
    return done


def bursts(port: int, until: float) -> int:
    """RCPT commands in one session, 200 at a time, each to somebody else."""
    done = 0
    with connect(port) as client:
        reply(client)
        for line in (EHLO, MAIL):
            client.sendall(line)
            reply(client)
        said = b"".join(b"RCPT TO:<gen%03d@army.ml>\r\n" % number for number in range(BURST))
        while time.monotonic() < until:
            client.sendall(said)
            heard = 0
            while heard < BURST:
                heard += client.recv(1 << 17).count(b"\n")
            done += BURST
    return done


def secure(port: int, until: float, trust: str, *, resumed: bool, old: bool = False) -> int:
    """Sessions with STARTTLS; `resumed` with the ticket of the last one, `old` with TLS 1.2."""
    context = ssl.create_default_context(cafile=trust)
    context.check_hostname = False
    if old:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    ticket: ssl.SSLSession | None = None
    done = again = 0
    while time.monotonic() < until:
        plain = connect(port)
        reply(plain)
        for line in (EHLO, b"STARTTLS\r\n"):
            plain.sendall(line)
            reply(plain)
        with context.wrap_socket(plain, session=ticket) as client:
            for line in (EHLO, MAIL, RCPT):
                client.sendall(line)
                heard = reply(client)
            assert heard.startswith(b"5"), heard  # noqa: S101  or else nothing is measured
            again += bool(client.session_reused)
            ticket = client.session if resumed else None
            client.sendall(b"QUIT\r\n")
            reply(client)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        done += 1
    assert again >= 0.9 * done - 5 if resumed else not again  # noqa: S101  likewise
    return done


def run(
    server: Running, what: Callable[..., int], seconds: float, clients: int, **more: object
) -> Figures:
    """Let clients do it for a while, and add up."""
    context = multiprocessing.get_context("fork")
    results: Queue[int] = context.Queue()
    end = time.monotonic() + seconds

    def work() -> None:
        results.put(what(server.port, end, **more))

    cpu, start = server.cpu(), time.monotonic()
    workers = [context.Process(target=work) for _ in range(clients)]
    for one in workers:
        one.start()
    count = sum(results.get(timeout=seconds + 120) for _ in workers)
    for one in workers:
        one.join()
    return Figures(count, time.monotonic() - start, server.cpu() - cpu)


def idle(server: Running, count: int) -> tuple[int, float]:
    """Open connections that have said EHLO, and how much memory each costs the server."""
    before = server.memory()
    clients: list[socket.socket] = []
    try:
        while len(clients) < count:
            batch = [connect(server.port) for _ in range(min(BATCH, count - len(clients)))]
            clients += batch
            for client in batch:
                reply(client)
                client.sendall(EHLO)
            for client in batch:
                reply(client)
        grown = server.memory() - before
    finally:
        for client in clients:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            client.close()
    return before + grown, grown / count
