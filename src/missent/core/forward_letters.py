"""What a slip of the fingers makes of a name, letter by letter, with what is telling of each.

The traits say where a letter stands and what it is beside; how much each of them counts stands in
`tables/forward.json`. They follow what is known of typing and spelling (Pollock and Zamora 1984;
Grudin 1983; Kukich 1992): a first letter is seldom wrong; a wrong one lies beside the right one,
sounds like it or stands nearby; letters are lost in clusters; what is doubled is doubled wrongly.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from string import ascii_lowercase, digits
from typing import TYPE_CHECKING, NamedTuple

from missent.core import suffixes
from missent.core.tables import keyboards

if TYPE_CHECKING:
    from collections.abc import Iterator

_LETTERS = ascii_lowercase + digits
_VOWELS = frozenset("aeiouy")
_LEFT_HAND = frozenset("qwertasdfgzxcvb12345")
_SEPARATORS = ".-_"
_SOUND_ALIKE = frozenset(
    pair
    for group in ("mn", "ckq", "cs", "sz", "gj", "fv", "bp", "dt", "iy", "uw", "lr", "vw", "xs")
    for a in group
    for pair in (a + b for b in group if b != a)
)
_LOOK_ALIKE = frozenset(
    pair
    for both in ("1l", "0o", "1i", "il", "5s", "uv", "b6", "9g", "2z")
    for pair in (both, both[::-1])
)
_LOOK_ALIKE_TEXTS = (("rn", "m"), ("m", "rn"), ("w", "vv"), ("vv", "w"), ("cl", "d"), ("d", "cl"))
_SPELT = (
    ("ie", "ei"), ("ei", "ie"), ("ph", "f"), ("f", "ph"), ("ck", "k"), ("k", "ck"), ("c", "ck"),
    ("ks", "x"), ("x", "ks"), ("ee", "ea"), ("ea", "ee"), ("ai", "ay"), ("ay", "ai"), ("ey", "y"),
    ("y", "ey"), ("sc", "s"), ("er", "or"), ("or", "er"), ("er", "re"), ("re", "er"), ("our", "or"),
    ("or", "our"), ("sen", "son"), ("son", "sen"), ("i", "y"), ("ou", "u"), ("qu", "kw"),
    ("th", "t"), ("t", "th"), ("and", "n"), ("ance", "ence"), ("ence", "ance"), ("oo", "u"),
)  # fmt: skip


class Edit(NamedTuple):
    """A slip in a name.

    Attributes:
        start: where what is replaced begins.
        end: where it ends.
        put: what is typed instead.
        traits: keys of the table of weights; the first is the kind of slip.
    """

    start: int
    end: int
    put: str
    traits: tuple[str, ...]

    def of(self, name: str) -> str:
        """What the slip makes of a name."""
        return name[: self.start] + self.put + name[self.end :]


def edge(name: str) -> int:
    """Where the public suffix begins, with its dot; slips in it are a kind of their own."""
    parts = suffixes.split(name)
    return len(name) - len(parts.suffix) - 1 if parts.label else len(name)


def edits(name: str, end: int) -> Iterator[Edit]:
    """Every slip of the fingers in the first so many letters of a name."""
    for i in range(end):
        if name[i] not in _SEPARATORS:
            yield from _at(name, i, end)
    for i in range(end + 1):
        yield from _between(name, i, end)
    for right, wrong in _SPELT:
        yield from _everywhere(name[:end], right, wrong, "sound")
    for right, wrong in _LOOK_ALIKE_TEXTS:
        yield from _everywhere(name[:end], right, wrong, "look_alike")


def _at(name: str, i: int, end: int) -> Iterator[Edit]:
    """What can happen to one letter."""
    letter, before, after = name[i], name[i - 1 : i], name[i + 1 : i + 2]
    place = _place(name, i, end)
    kind = _class(letter)
    if letter == before:
        yield Edit(i, i + 1, "", ("undoubling", f"undoubling:{place}", f"undoubling:{kind}"))
    elif letter != after:
        around = f"omission:{_class(before)}{kind}{_class(after)}"
        again = letter in name[max(i - 2, 0) : i] or letter in name[i + 1 : i + 3]
        yield Edit(i, i + 1, "", (
            "omission", f"omission:{place}", around,
            "omission:again" if again else "", "omission:s" if letter == "s" else "",
            f"oa:{before}{letter}", f"ob:{letter}{after}",
        ))  # fmt: skip
    for j in (i + 2, i + 3):  # the eye goes on from the same letter further to the right
        if j < end and name[j] == letter and "." not in name[i:j]:
            yield Edit(i, j, "", ("omission", "omission:skip"))
    if letter != before:
        twice = any(a == b for a, b in pairwise(name[max(i - 3, 0) : i + 4]))
        yield Edit(i, i, letter, (
            "doubling", f"doubling:{place}", f"doubling:{kind}",
            "doubling:of a double" if letter == after
            else "doubling:near a double" if twice else "", f"db:{letter}",
        ))  # fmt: skip
    if i + 1 < end and after != letter and after not in _SEPARATORS:
        hands = (letter in _LEFT_HAND) != (after in _LEFT_HAND)
        yield Edit(i, i + 2, after + letter, (
            "transposition", f"transposition:{'last' if i + 2 == end else place}",
            f"transposition:{kind}{_class(after)}",
            "transposition:hands" if hands else "", f"tr:{letter}{after}",
        ))  # fmt: skip
    yield from _instead(name, i, place, (before, after))


def _instead(name: str, i: int, place: str, beside: tuple[str, str]) -> Iterator[Edit]:
    """Another letter."""
    letter, nearby = name[i], name[max(i - 3, 0) : i + 4]
    for wrong in _LETTERS:
        if wrong == letter:
            continue
        where = "substitution:nearby" if wrong in nearby else ""
        if wrong in beside:
            double = letter in beside
            where = "substitution:the other doubled" if double else "substitution:beside"
        traits = (*_replaced(letter, wrong), f"substitution:{place}", where)
        yield Edit(i, i + 1, wrong, traits)
        if letter + wrong in _LOOK_ALIKE:
            yield Edit(i, i + 1, wrong, ("look_alike", f"look_alike:{_class(wrong)}"))


def _between(name: str, i: int, end: int) -> Iterator[Edit]:
    """A letter too many."""
    before, after = name[i - 1 : i] if i else "", name[i : i + 1] if i < end else ""
    nearby = name[max(i - 3, 0) : i + 3]
    place = "first" if before in ("", ".") else "last" if after in ("", ".", "-") else "inside"
    for letter in _LETTERS:
        if letter not in (before, after):
            yield Edit(i, i, letter, (
                *_put_in(before, letter, after), f"insertion:{place}",
                f"insertion:last {letter}" if place == "last" and letter in "se" else "",
                "insertion:nearby" if letter in nearby else "",
                "insertion:second" if letter in (name[i - 2 : i - 1], name[i + 1 : i + 2]) else "",
            ))  # fmt: skip


@lru_cache(maxsize=65536)
def _put_in(before: str, letter: str, after: str) -> tuple[str, ...]:
    keys = [keyboards.distance(letter, one) for one in (before, after) if one]
    key = _key(min(keys, default=9.0))
    split = f"{_class(before)}{_class(letter)}{_class(after)}"
    return (
        "insertion", f"insertion:{key}", f"insertion:{split}",
        f"ia:{before}{letter}", f"ib:{letter}{after}",
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _replaced(right: str, wrong: str) -> tuple[str, ...]:
    classes = f"{_class(right)}{_class(wrong)}"
    return (
        "substitution", f"substitution:{classes}",
        f"substitution:{_key(keyboards.distance(right, wrong))}",
        "substitution:sound" if right + wrong in _SOUND_ALIKE else "", f"sb:{right}{wrong}",
    )  # fmt: skip


def _key(apart: float) -> str:
    return "key beside" if apart <= 1 else "key touching" if apart <= 1.26 else "key away"  # noqa: PLR2004


def _place(name: str, i: int, end: int) -> str:
    if i == 0 or name[i - 1] == ".":
        return "first"
    if i + 1 == end or name[i + 1] in ".-":
        return "last"
    return "second" if i == 1 or name[i - 2] == "." else "inside"


def _class(letter: str) -> str:
    if letter in _VOWELS:
        return "v"
    return "9" if letter in digits and letter else "c" if letter.isalpha() else "|"


def _everywhere(name: str, right: str, wrong: str, kind: str) -> Iterator[Edit]:
    start = name.find(right)
    while start >= 0:
        yield Edit(start, start + len(right), wrong, (kind, f"{kind}:text"))
        start = name.find(right, start + 1)
