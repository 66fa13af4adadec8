"""What a slip of the fingers makes of a name, letter by letter, with weights within each kind.

The weights say what is known of typing and spelling in general, and were fitted to no names: a
first letter is seldom wrong, a plural's `s` often; a wrong letter lies beside the right one, sounds
like it, or stands nearby in the same word (Pollock and Zamora 1984; Grudin 1983; Kukich 1992), and
what is true together is likelier than the sum. How much likelier was estimated on one half of the
domains in the labelled corpus; see docs/explanation/exposure.md.
"""

from __future__ import annotations

from string import ascii_lowercase, digits
from typing import TYPE_CHECKING

from missent.core import suffixes
from missent.core.tables import keyboards

if TYPE_CHECKING:
    from collections.abc import Iterator

_LETTERS = ascii_lowercase + digits
_VOWELS = frozenset("aeiouy")
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
_OFTEN_DOUBLED = frozenset("lstnerpfmcog")
_SPELT = (
    ("ie", "ei"), ("ei", "ie"), ("ph", "f"), ("f", "ph"), ("ck", "k"), ("k", "ck"), ("c", "ck"),
    ("ks", "x"), ("x", "ks"), ("ee", "ea"), ("ea", "ee"), ("ai", "ay"), ("ay", "ai"), ("ey", "y"),
    ("y", "ey"), ("sc", "s"), ("er", "or"), ("or", "er"), ("er", "re"), ("re", "er"), ("our", "or"),
    ("or", "our"), ("sen", "son"), ("son", "sen"), ("i", "y"), ("ou", "u"), ("qu", "kw"),
    ("th", "t"), ("t", "th"), ("and", "n"), ("ance", "ence"), ("ence", "ance"), ("oo", "u"),
)  # fmt: skip


def edge(name: str) -> int:
    """Where the public suffix begins, with its dot; slips in it are a kind of their own."""
    parts = suffixes.split(name)
    return len(name) - len(parts.suffix) - 1 if parts.label else len(name)


def _place(name: str, i: int) -> float:
    """How likely a letter is to be mistyped where it stands."""
    return 0.4 if i == 0 or name[i - 1] == "." else 1.0


def omission(name: str) -> Iterator[tuple[str, float]]:
    """A letter left out."""
    end = edge(name)
    for i in range(end):
        if name[i] in ".-_" or name[i] in (name[i - 1 : i], name[i + 1 : i + 2]):
            continue
        weight = _place(name, i)
        if i + 1 == end or name[i + 1] in ".-":
            weight *= 1.6 if name[i] == "s" else 1.2
        yield name[:i] + name[i + 1 :], weight
        for j in (i + 2, i + 3):  # the eye goes on from the same letter further to the right
            if j < end and name[j] == name[i] and "." not in name[i:j]:
                yield name[:i] + name[j:], 0.2


def undoubling(name: str) -> Iterator[tuple[str, float]]:
    """One letter of two that are the same."""
    for i in range(1, edge(name)):
        if name[i] == name[i - 1] and name[i] != ".":
            yield name[:i] + name[i + 1 :], 1.0


def doubling(name: str) -> Iterator[tuple[str, float]]:
    """A letter twice."""
    for i in range(edge(name)):
        if name[i] not in ".-_":
            weight = 1.5 if name[i] in _OFTEN_DOUBLED else 0.6
            yield name[:i] + name[i] + name[i:], weight * _place(name, i)


def transposition(name: str) -> Iterator[tuple[str, float]]:
    """Two neighbours swapped."""
    for i in range(edge(name) - 1):
        a, b = name[i], name[i + 1]
        if a != b and a not in ".-_" and b not in ".-_":
            yield name[:i] + b + a + name[i + 2 :], _place(name, i)


def insertion(name: str) -> Iterator[tuple[str, float]]:
    """A letter too many: a key that was touched besides, or a letter that stands nearby."""
    end = edge(name)
    for i in range(end + 1):
        before, after = name[i - 1 : i], name[i : i + 1]
        nearby = name[max(i - 3, 0) : i + 3]
        last = i == end or after in (".", "-")
        for letter in _LETTERS:
            if letter in (before, after) or (letter in digits and not nearby.strip(_LETTERS[:26])):
                continue
            weight = 1.0 if letter in ascii_lowercase else 0.03
            if keyboards.near(letter, before) or keyboards.near(letter, after):
                weight *= 1.5
            if letter in nearby:
                weight *= 2.5
            if letter in _VOWELS:
                weight *= 1.7
            if last and letter in "se":
                weight *= 10
            yield name[:i] + letter + name[i:], weight * (0.7 if i == 0 else 1.0)


def substitution(name: str) -> Iterator[tuple[str, float]]:
    """A letter for another."""
    for i in range(edge(name)):
        right = name[i]
        if right in ".-_":
            continue
        place = 0.7 if i == 0 or name[i - 1] == "." else 1.0
        nearby = name[max(i - 3, 0) : i + 4]
        for wrong in _LETTERS:
            if wrong != right:
                yield name[:i] + wrong + name[i + 1 :], _confused(right, wrong, nearby) * place


def _confused(right: str, wrong: str, nearby: str) -> float:
    weight = 1.0 if wrong in ascii_lowercase or right in digits else 0.05
    if keyboards.near(wrong, right):
        weight *= 4 if keyboards.distance(wrong, right) <= 1 else 2
    if right + wrong in _SOUND_ALIKE:
        weight *= 4
    if right in _VOWELS and wrong in _VOWELS:
        weight *= 3
    if wrong in nearby:
        weight *= 2
    return weight


def look_alike(name: str) -> Iterator[tuple[str, float]]:
    """A letter that looks like the right one."""
    for i in range(edge(name)):
        for wrong in _LETTERS:
            if name[i] + wrong in _LOOK_ALIKE:
                yield name[:i] + wrong + name[i + 1 :], 0.5
    for right, wrong in (
        ("rn", "m"),
        ("m", "rn"),
        ("w", "vv"),
        ("vv", "w"),
        ("cl", "d"),
        ("d", "cl"),
    ):
        yield from _everywhere(name, right, wrong, 0.3)


def sound(name: str) -> Iterator[tuple[str, float]]:
    """Another spelling of the same sound."""
    for right, wrong in _SPELT:
        yield from _everywhere(name, right, wrong, 0.3)


def _everywhere(name: str, right: str, wrong: str, weight: float) -> Iterator[tuple[str, float]]:
    end = edge(name)
    start = name.find(right)
    while 0 <= start < end:
        yield name[:start] + wrong + name[start + len(right) :], weight
        start = name.find(right, start + 1)


def letters(name: str) -> int:
    """How many letters a slip of the fingers can concern, besides those of the suffix."""
    return sum(letter not in ".-_" for letter in name[: edge(name)])
