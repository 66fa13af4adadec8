"""How many different senders there were, in a kilobyte or so: HyperLogLog.

Flajolet, Fusy, Gandouet, Meunier (2007), with 64-bit digests and the estimator of Ertl, "New
cardinality estimation algorithms for HyperLogLog sketches" (2017), algorithm 6, which needs no
tables and no special case for small or large numbers. See docs/adr/0014-own-hyperloglog.md.
"""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

_PRECISION = 12
_REGISTERS = 1 << _PRECISION
_REST = 64 - _PRECISION  # bits of a digest that do not choose the register
STANDARD_ERROR = 1.04 / math.sqrt(_REGISTERS)  # relative: 1.6 %


class Sketch:
    """A set of 64-bit digests, of which only its size can be told."""

    __slots__ = ("_registers",)

    def __init__(self, digests: Iterable[int] = ()) -> None:
        self._registers = bytearray(_REGISTERS)
        self.add(digests)

    @classmethod
    def load(cls, stored: bytes) -> Self:
        """Read what `dump` wrote.

        Raises:
            ValueError: it is something else.
        """
        try:
            registers = zlib.decompressobj().decompress(stored, _REGISTERS + 1)
        except zlib.error as error:
            raise ValueError(f"no sketch: {error}") from None
        if len(registers) != _REGISTERS or max(registers) > _REST + 1:
            raise ValueError("no sketch: its size or a register is wrong")
        sketch = cls()
        sketch._registers[:] = registers
        return sketch

    def dump(self) -> bytes:
        """As octets: a few dozen for a few senders, some 2,500 for very many."""
        return zlib.compress(self._registers, 6)

    def add(self, digests: Iterable[int]) -> None:
        """Add digests; one that was added before changes nothing."""
        registers = self._registers
        for digest in digests:
            place = digest >> _REST
            rank = _REST - (digest & ((1 << _REST) - 1)).bit_length() + 1
            registers[place] = max(rank, registers[place])

    def merge(self, other: Sketch) -> None:
        """Add all that another holds."""
        self._registers[:] = bytes(map(max, self._registers, other._registers))

    def count(self) -> int:
        """About how many there are; see `STANDARD_ERROR`."""
        ranks = [0] * (_REST + 2)
        for register in self._registers:
            ranks[register] += 1
        z = _REGISTERS * _tau(1 - ranks[_REST + 1] / _REGISTERS)
        for rank in range(_REST, 0, -1):
            z = 0.5 * (z + ranks[rank])
        z += _REGISTERS * _sigma(ranks[0] / _REGISTERS)
        return round(_REGISTERS * _REGISTERS / (2 * math.log(2) * z)) if z < math.inf else 0


def merge(digests: Iterable[int], stored: bytes) -> bytes:
    """Add digests to what `Sketch.dump` wrote; b"" for nothing yet."""
    sketch = Sketch.load(stored) if stored else Sketch()
    sketch.add(digests)
    return sketch.dump()


def _sigma(x: float) -> float:
    if x == 1:
        return math.inf
    y, z, before = 1.0, x, -1.0
    while z != before:
        x *= x
        before = z
        z += x * y
        y += y
    return z


def _tau(x: float) -> float:
    if x in {0, 1}:
        return 0.0
    y, z, before = 1.0, 1 - x, -1.0
    while z != before:
        x = math.sqrt(x)
        before = z
        y *= 0.5
        z -= (1 - x) ** 2 * y
    return z / 3
