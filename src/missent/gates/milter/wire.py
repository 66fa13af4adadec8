"""Milter protocol version 6, sans-I/O: packets in, commands out, replies in, packets out.

A packet is its length (four octets, network order), a letter and a payload. The commands are in
`commands.py` and their octets in `command_octets.py`, the replies likewise; the numbers stand in
`flags.py`.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

from missent.core.errors import ProtocolError
from missent.gates.milter import command_octets, replies, reply_octets
from missent.gates.milter.flags import PACKET_OCTETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from missent.gates.milter import commands

_LENGTH = 4
_LEAST = _LENGTH + 1  # no packet is shorter
_START = struct.Struct("!IB").unpack_from
Heard = TypeVar("Heard")


class Packets(Generic[Heard]):
    """Cuts a stream of octets into packets and reads them, one at a time.

    What is not yet read stays here, so that a caller who must answer one command before it looks
    at the next simply stops asking.

    Attributes:
        skip: packets whose first two octets are among these are not looked into.
    """

    def __init__(self, decode: Callable[[int, bytes], Heard], limit: int = PACKET_OCTETS) -> None:
        self._decode = decode
        self._limit = limit
        self._whole = b""
        self._at = 0
        self._later = bytearray()
        self._due = _LEAST  # octets that must be there before another look is worth it
        self.skip: frozenset[bytes] = frozenset()

    def feed(self, octets: bytes) -> None:
        """Take what came in."""
        if self._at == len(self._whole) and not self._later:
            self._whole = octets
            self._at = 0
        else:
            self._later += octets

    def next(self) -> Heard | None:
        """Read the next packet; None until it is whole.

        Raises:
            ProtocolError: the packet is empty, too long, or nothing that can be said.
        """
        whole, start, skip = self._whole, self._at, self.skip
        while True:
            if len(whole) - start < self._due:
                self._at = start
                if len(whole) - start + len(self._later) < self._due:
                    return None
                whole = self._whole = whole[start:] + bytes(self._later)
                start = self._at = 0
                self._later.clear()
            length, letter = _START(whole, start)
            if not 0 < length <= self._limit:
                raise ProtocolError(f"a milter packet of {length} octets")
            payload = start + _LENGTH + 1
            end = start + _LENGTH + length
            if end > len(whole):
                self._due = _LENGTH + length
                continue
            self._due = _LEAST
            start = end
            if whole[payload - 1 : payload + 1] in skip:
                continue
            self._at = end
            return self._decode(letter, whole[payload:end])

    @property
    def waiting(self) -> int:
        """Octets that were fed and not yet read."""
        return len(self._whole) - self._at + len(self._later)


def from_mta(limit: int = PACKET_OCTETS) -> Packets[commands.Command]:
    """Read what an MTA says; refuse packets of more than `limit` octets."""
    return Packets(command_octets.decode, limit)


def from_filter(limit: int = PACKET_OCTETS) -> Packets[replies.Reply]:
    """Read what a filter says; refuse packets of more than `limit` octets."""
    return Packets(reply_octets.decode, limit)


def packet(content: bytes) -> bytes:
    """Put the length before a letter and its payload."""
    return len(content).to_bytes(_LENGTH, "big") + content


def to_filter(command: commands.Command) -> bytes:
    """Write a command as a packet, as an MTA does."""
    return packet(command_octets.encode(command))


def to_mta(reply: replies.Reply) -> bytes:
    """Write a reply as a packet."""
    kind = type(reply)
    if kind in _KNOWN:
        return _KNOWN[kind]
    if kind is replies.Negotiated:
        return _negotiated(reply)
    return packet(reply_octets.encode(reply))


@lru_cache(maxsize=16)
def _negotiated(reply: replies.Reply) -> bytes:
    return packet(reply_octets.encode(reply))


_KNOWN: dict[type, bytes] = {
    kind: packet(reply_octets.encode(kind()))
    for kind in (replies.Accept, replies.Continue, replies.Progress, replies.TempFail)
}
