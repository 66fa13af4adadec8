"""The memory of a process through which addresses pass, wiped after each use.

What a client says is read into one buffer that all connections of a process share, is looked at
in place, and is overwritten before the next is read. So a local part never becomes an object of
its own, and a dump of the process's memory shows none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZE = 1 << 16  # octets read at a time
_OUT = 1 << 18  # of replies that are encrypted at a time


class Buffer:
    """Octets at a fixed place.

    Attributes:
        octets: them, to be searched.
        view: them, to be read into and sliced without a copy.
    """

    __slots__ = ("_zeros", "octets", "view")

    def __init__(self, size: int = SIZE) -> None:
        self.octets = bytearray(size)
        self.view = memoryview(self.octets)
        self._zeros = memoryview(bytes(size))

    def wipe(self, end: int | None = None) -> None:
        """Overwrite the octets before `end`; all of them without it."""
        self.view[:end] = self._zeros[:end]


class Scratch:
    """The buffers of one process.

    Attributes:
        plain: what clients said.
        wire: the same while it is encrypted.
        out: replies on their way to be encrypted.
    """

    def __init__(self) -> None:
        self.plain = Buffer()
        self.wire = Buffer()
        self.out = Buffer(_OUT)

    def wipe(self) -> None:
        """Overwrite all three."""
        self.plain.wipe()
        self.wire.wipe()
        self.out.wipe()


def gather(pieces: Sequence[bytes | memoryview], into: memoryview) -> int:
    """Put pieces one behind the other, and return how many octets they are.

    Raises:
        ValueError: there is no room.
    """
    end = 0
    for piece in pieces:
        start, end = end, end + len(piece)
        into[start:end] = piece
    return end
