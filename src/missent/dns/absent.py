"""Tells quickly which names do not exist: of the names that somebody could type, most do not.

One question by UDP for each name, and of the answer the header alone is read: NXDOMAIN is believed.
Whatever else comes, or does not come, is left to the thorough asker. An answer must bear the number
of the question and repeat it, at a socket that is connected to the resolver from a random port.
"""

from __future__ import annotations

import asyncio
from secrets import randbits
from typing import TYPE_CHECKING, cast

from missent.dns.interface import Records
from missent.dns.signed import place

if TYPE_CHECKING:
    from missent.core.facts import Unknown
    from missent.dns.ares import Ares
    from missent.dns.interface import Kind

_RECURSE = b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01"  # flags and counts, RFC 1035 4.1.1
_MX = b"\x00\x0f\x00\x01"
_EDNS = b"\x00\x00\x29\x04\xd0\x00\x00\x00\x00\x00\x00"  # 1,232 octets, RFC 6891 6.1.2
_HEADER = 12
_NXDOMAIN = 3
_LABEL = 63
_SOCKETS = 8
_PATIENCE = 1.5  # seconds; then the thorough asker begins
_MISSING = Records(exists=False)


class _Socket(asyncio.DatagramProtocol):
    """One of the sockets, and who waits at it."""

    def __init__(self) -> None:
        self.waiting: dict[bytes, asyncio.Future[bool]] = {}
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002
        """Tell who waits for this number and question whether the name is missing."""
        end = data.find(b"\0", _HEADER) + 1 + len(_MX)
        waiting = self.waiting.get(data[:2] + data[_HEADER:end])
        if waiting is not None and not waiting.done() and data[2] & 0x80:
            waiting.set_result(data[3] & 0x0F == _NXDOMAIN and not data[2] & 0x02)

    def error_received(self, exc: Exception) -> None:  # noqa: ARG002
        """Nobody listens there: nobody needs to wait."""
        for waiting in self.waiting.values():
            if not waiting.done():
                waiting.set_result(False)


class Absent:
    """An `Asker` that answers for names that do not exist, and hands on all other questions.

    Args:
        asker: the thorough one; closed with us. Its pace is ours, and its resolvers.
    """

    def __init__(self, asker: Ares) -> None:
        self._asker = asker
        self._sockets: list[_Socket] = []
        self._opening = asyncio.Lock()
        self._turn = 0

    async def ask(self, name: str, kind: Kind) -> Records | Unknown:
        """Ask for the records of a name; of MX, whether there is the name, at first."""
        if kind == "MX" and await self._is_missing(name):
            return _MISSING
        return await self._asker.ask(name, kind)

    async def close(self) -> None:
        """Let go of sockets and threads."""
        for one in self._sockets:
            if one.transport is not None:
                one.transport.close()
        await asyncio.sleep(0)  # asyncio closes them in its next round
        await self._asker.close()

    async def _is_missing(self, name: str) -> bool:
        question = _question(name)
        if not question:
            return False
        if not self._sockets:
            await self._open()
        if not self._sockets:
            return False
        self._turn += 1
        socket = self._sockets[self._turn % len(self._sockets)]
        number = randbits(16).to_bytes(2, "big")
        key = number + question
        if socket.transport is None or key in socket.waiting:
            return False
        async with self._asker.pace.turn():
            loop = asyncio.get_running_loop()
            waiting: asyncio.Future[bool] = loop.create_future()
            socket.waiting[key] = waiting
            late = loop.call_later(_PATIENCE, _give_up, waiting)
            try:
                socket.transport.sendto(number + _RECURSE + question + _EDNS)
                return await waiting
            finally:
                late.cancel()
                del socket.waiting[key]

    async def _open(self) -> None:
        async with self._opening:
            if self._sockets:
                return
            loop = asyncio.get_running_loop()
            places = [place(text) for text in self._asker.resolvers]
            for number in range(_SOCKETS if places else 0):
                try:
                    _, socket = await loop.create_datagram_endpoint(
                        _Socket, remote_addr=places[number % len(places)]
                    )
                except OSError:
                    continue
                self._sockets.append(socket)


def _give_up(waiting: asyncio.Future[bool]) -> None:
    if not waiting.done():
        waiting.set_result(False)


def _question(name: str) -> bytes:
    """The question for a name's MX; b"" for what is no name."""
    written = b""
    for label in name.split("."):
        if not 0 < len(label) <= _LABEL or not label.isascii():
            return b""
        written += bytes((len(label),)) + label.encode()
    return written + b"\0" + _MX
