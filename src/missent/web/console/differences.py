"""Where the typed address and the meant one differ, for the eye and for the ear."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from missent.core.address import Domain
from missent.core.errors import AddressError
from missent.hold.notices import words

if TYPE_CHECKING:
    from collections.abc import Iterator


class Piece(NamedTuple):
    """A part of an address.

    Attributes:
        text: as it is shown; "" where the other address has something and this one nothing.
        differs: whether the other address has something else here.
    """

    text: str
    differs: bool


class Pair(NamedTuple):
    """Two addresses side by side.

    Attributes:
        typed: the one that was written to.
        meant: the one that was probably meant; empty where none is known.
        told: the difference in words, "" where there is none to tell.
    """

    typed: tuple[Piece, ...]
    meant: tuple[Piece, ...]
    told: str


def shown(address: str) -> str:
    """An address, or a domain, as people read it: nothing in it acts on a screen."""
    try:
        text = words.shown(address) if "@" in address else Domain.parse(address).unicode
    except AddressError:
        text = address
    return "".join(c if c.isprintable() else "?" for c in text)


def pair(typed: str, meant: str = "") -> Pair:
    """Compare two addresses."""
    one, other = shown(typed), shown(meant) if meant else ""
    if not other:
        return Pair((Piece(one, False),), (), "")
    left: list[Piece] = []
    right: list[Piece] = []
    told: list[str] = []
    for here, there in _runs(one, other):
        differs = here != there
        left.append(Piece(here, differs))
        right.append(Piece(there, differs))
        if differs:
            told.append(_told(here, there))
    return Pair(tuple(left), tuple(right), ", ".join(told))


def _runs(one: str, other: str) -> Iterator[tuple[str, str]]:
    """What stands against what; letters that changed places are one run, and not two."""
    found = [
        (one[i1:i2], other[j1:j2])
        for _, i1, i2, j1, j2 in SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    ]
    while found:
        here, there = found.pop(0)
        while here != there and len(found) > 1 and _swapped((here, there), found[0], found[1]):
            (same, _), (more, less), *found = found
            here, there = here + same + more, there + same + less
        yield here, there


def _swapped(before: tuple[str, str], same: tuple[str, str], after: tuple[str, str]) -> bool:
    """Whether one letter lies between something missing and the same thing too much."""
    return len(same[0]) == 1 and before == (after[1], after[0]) and "" in before


def _told(here: str, there: str) -> str:
    if not here:
        return f"{there} is missing"
    return f"{here} stands for {there}" if there else f"{here} is too much"


def coded(text: str) -> list[tuple[str, bool]]:
    """A summary cut at its backticks, each piece with whether it stood between two of them."""
    return words.coded("".join(c if c.isprintable() else "?" for c in text))
