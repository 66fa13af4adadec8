"""Which characters look alike, and which script a character is of (UTS #39, UAX #24).

Two texts with the same skeleton look alike. On top of Unicode's own table stand the likenesses
within ASCII that it leaves out or has for capitals only: `rn` and `m`, `vv` and `w`, `cl` and
`d`, `1`, `i` and `l`, `0` and `o`. A skeleton is for comparing, never for showing.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from functools import cache

from missent.core.tables import rows

# Ways to write the same thing in ASCII: (typed, meant). The first of each two is the rarer one.
SWAPS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("1", "l"), ("1", "i"), ("0", "o"), ("i", "l"))
_BOTH_WAYS = tuple(pair for rare, common in SWAPS for pair in ((rare, common), (common, rare)))
_ONE_STROKE = str.maketrans("i1|0", "lllo")
_IGNORABLE = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_JOINERS = frozenset("\u200c\u200d")
_WITHOUT_JOINERS = frozenset({"Latin", "Greek", "Cyrillic"})
# UTS #39 5.2, highly restrictive: the scripts that people write together.
_TOGETHER = (
    frozenset({"Latin", "Han", "Hiragana", "Katakana"}),
    frozenset({"Latin", "Han", "Bopomofo"}),
    frozenset({"Latin", "Han", "Hangul"}),
)
_LIKE_LATIN = frozenset({"Cyrillic", "Greek", "Armenian", "Cherokee", "Coptic", "Lisu", "Deseret"})


@cache
def _prototypes() -> dict[int, str]:
    """Unicode's table for everything beyond ASCII, for `str.translate`."""
    found: dict[int, str] = {}
    for row in rows("confusables.txt"):
        prototype, _, alike = row.partition("\t")
        found.update((ord(character), prototype) for character in alike)
    return found


def _plain(text: str) -> str:
    """The text in lower case with every character replaced by what it looks like."""
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFD", text.casefold())
    return unicodedata.normalize("NFD", spread.translate(_prototypes())).casefold()


def skeleton(text: str) -> str:
    """What all texts that look like this one have in common (UTS #39 4)."""
    plain = _plain(text).replace("rn", "m").replace("vv", "w").replace("cl", "d")
    return plain.translate(_ONE_STROKE)


def twin(text: str) -> str:
    """The ASCII text that this one looks like; "" where there is none or it is ASCII itself.

    Accents do not count: `gmaíl` looks like `gmail`.
    """
    if text.isascii():
        return ""
    plain = "".join(c for c in _plain(text) if not unicodedata.combining(c))
    return plain if plain.isascii() else ""


def swapped(label: str) -> list[tuple[str, str, str]]:
    """ASCII texts that look like an ASCII label by one kind of swap.

    Returns:
        Each other text, with what was typed there for what was meant.
    """
    found = []
    for typed, meant in _BOTH_WAYS:
        if typed not in label:
            continue
        found.append((label.replace(typed, meant), typed, meant))
        at, last = label.find(typed), label.rfind(typed)
        if at == last:
            continue
        while at >= 0:
            found.append((label[:at] + meant + label[at + len(typed) :], typed, meant))
            at = label.find(typed, at + 1)
    return found


@cache
def _ranges() -> tuple[list[int], list[int], list[str]]:
    split = [row.split() for row in rows("scripts.txt")]
    return [int(r[0], 16) for r in split], [int(r[1], 16) for r in split], [r[2] for r in split]


def scripts(text: str) -> frozenset[str]:
    """The scripts of a text, without what all scripts share (digits, hyphens, accents)."""
    if text.isascii():
        return frozenset({"Latin"} if any(c.isalpha() for c in text) else ())
    firsts, lasts, names = _ranges()
    found = set()
    for character in text:
        at = bisect_right(firsts, ord(character)) - 1
        if at >= 0 and ord(character) <= lasts[at]:
            found.add(names[at])
    return frozenset(found)


def is_mixed(label: str) -> bool:
    """Whether a label mixes scripts that nobody writes together (UTS #39 5.2)."""
    of = scripts(label)
    return len(of) > 1 and not any(of <= group for group in _TOGETHER)


def is_deceptive(label: str) -> bool:
    """Whether a mixed label mixes Latin letters with a script that looks like Latin."""
    of = scripts(label)
    return "Latin" in of and bool(of & _LIKE_LATIN)


def hidden(text: str) -> tuple[str, ...]:
    """The characters of a text that show nothing: zero width, directions, fillers.

    Joiners within a word of a script that needs them (RFC 5892 A.1) are not among them.
    """
    if text.isascii():
        return ()
    return tuple(
        character
        for at, character in enumerate(text)
        if character in _IGNORABLE or unicodedata.category(character) == "Cf"
        if character not in _JOINERS or not _joins(text[at - 1 : at], text[at + 1 : at + 2])
    )


def _joins(before: str, after: str) -> bool:
    return bool(before and after) and not scripts(before + after) & _WITHOUT_JOINERS
