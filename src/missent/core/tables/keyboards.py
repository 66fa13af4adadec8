"""Which keys lie beside each other, on the keyboards that most mail is typed on.

A key's place is computed from the standard geometry (the alphanumeric zone of ISO/IEC 9995): every
key is one unit wide, and each row stands a little to the right of the one above it. Only characters
that stand in addresses matter. Facts, written down for missent; no licence needed.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations
from math import hypot, inf

_OFFSETS = (0.0, 0.5, 0.75, 1.25)  # units to the right, from the row of digits downwards
_TOUCHING = 1.26  # keys that touch are at most 1.25 units apart, the next ones 1.6

# A layout is its four rows of keys, from the one that types `1`, `q`, `a`, `z` (or what stands
# there) to the right; a key is the characters that it types, with and without shift.
LAYOUTS: dict[str, tuple[str, str, str, str]] = {
    "qwerty": ("1 2 3 4 5 6 7 8 9 0 -_ =+", "q w e r t y u i o p", "a s d f g h j k l ; '",
               "z x c v b n m , . /"),
    "qwertz": ("1 2 3 4 5 6 7 8 9 0 ß '", "q w e r t z u i o p ü +", "a s d f g h j k l ö ä '",
               "y x c v b n m , . -_"),
    "azerty": ("1& 2é 3 4' 5 6- 7è 8_ 9ç 0à ) =+", "a z e r t y u i o p", "q s d f g h j k l m ù",
               "w x c v b n , ;. / !"),
}  # fmt: skip


@cache
def _distances() -> dict[str, float]:
    """The shortest distance of every two characters over all layouts, by their pair."""
    found: dict[str, float] = {}
    for layout in LAYOUTS.values():
        places = [
            (character, offset + column, float(row))
            for row, (keys, offset) in enumerate(zip(layout, _OFFSETS, strict=True))
            for column, key in enumerate(keys.split())
            for character in key
        ]
        for (a, ax, ay), (b, bx, by) in combinations(places, 2):
            apart = hypot(ax - bx, ay - by)
            if apart < found.get(a + b, inf):
                found[a + b] = found[b + a] = apart
    return found


def distance(a: str, b: str) -> float:
    """How far two characters' keys lie apart, in key widths, on the layout where they are nearest.

    0 for the same key; infinite where one of them is on none of the keyboards.
    """
    return 0.0 if a == b else _distances().get(a + b, inf)


def near(a: str, b: str) -> bool:
    """Whether the keys of two different characters touch (or are the same) on some keyboard."""
    return a != b and distance(a, b) <= _TOUCHING
