"""The memory of a process through which addresses pass, wiped after each use.

What a client says is read into one buffer that all connections of a process share, is looked at
in place, and is overwritten before the next is read. So a local part never becomes an object of
its own, and a dump of the process's memory shows none.
"""

from __future__ import annotations

SIZE = 1 << 16  # octets read at a time


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
    """

    def __init__(self) -> None:
        self.plain = Buffer()
        self.wire = Buffer()

    def wipe(self) -> None:
        """Overwrite both."""
        self.plain.wipe()
        self.wire.wipe()
