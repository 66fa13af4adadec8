"""The domains that people typed, and what they meant; and the halves that they are cut into."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Literal, NamedTuple
from zlib import crc32

from missent.core import suffixes

Half = Literal["development", "test"]
HALVES: tuple[Half, Half] = ("development", "test")
FOUND = {
    "met": "nobody looked for it",
    "ending": "looked for by its last letters",
    "name": "looked for by the typed name",
}
_FILE = Path(__file__).with_name("domains.csv")


class Pair(NamedTuple):
    """Two domains near each other.

    Attributes:
        typed: the one that stands somewhere.
        meant: the other one.
        verdict: `slip`, `genuine` or `unsure`.
        found: a key of `FOUND`.
        where: in what it stands: `mail`, `signature`, `mailmap`, `package`, `log`, `said so`.
    """

    typed: str
    meant: str
    verdict: str
    found: str
    where: str

    @property
    def half(self) -> Half:
        """Which half it is in, by who registered what was meant."""
        return half_of(suffixes.split(self.meant).registrable or self.meant)


def half_of(text: str) -> Half:
    """A half by the hash of a text."""
    return HALVES[(crc32(text.encode()) >> 4) % 2]


def read() -> list[Pair]:
    """All pairs."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return [Pair(**row) for row in csv.DictReader(file)]
