"""Which letters are lost, doubled, swapped or taken for which, from codespell's list of words.

57,000 single slips that were found in source code and texts. The list is CC BY-SA 3.0 (derived from
Wikipedia's); only counts of letter pairs are taken from it, which are facts.
"""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files
from math import log
from string import ascii_lowercase
from typing import NamedTuple

_WORD = re.compile(r"[a-z]{4,}")
_SMOOTH = 3.0
_OTHERS = 25  # letters that one can be taken for


class Single(NamedTuple):
    """One slip: at a place, one text for another."""

    kind: str
    place: int
    right: str
    wrong: str


def misspelt() -> list[tuple[str, str]]:
    """Meant and typed words that lie one slip apart."""
    text = files("codespell_lib").joinpath("data/dictionary.txt").read_text("utf-8")
    found = []
    for line in text.splitlines():
        typed, _, meant = line.partition("->")
        meant = meant.partition(",")[0].strip()
        if _WORD.fullmatch(typed) and _WORD.fullmatch(meant) and single(meant, typed):
            found.append((meant, typed))
    return found


def single(meant: str, typed: str) -> Single | None:
    """The one slip between two words, if it is one."""
    start = _alike(meant, typed)
    end = _alike(meant[start:][::-1], typed[start:][::-1])
    right, wrong = meant[start : len(meant) - end], typed[start : len(typed) - end]
    before = meant[start - 1 : start]
    match len(right), len(wrong):
        case 1, 0:
            return Single("undoubling" if right == before else "omission", start, right, wrong)
        case 0, 1:
            return Single("doubling" if wrong == before else "insertion", start, right, wrong)
        case 1, 1:
            return Single("substitution", start, right, wrong)
        case 2, 2 if right == wrong[::-1]:
            return Single("transposition", start, right, wrong)
    return None


def _alike(one: str, other: str) -> int:
    """With how many letters two texts begin alike."""
    unlike = (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(unlike, min(len(one), len(other)))


def confusions() -> dict[str, float]:
    """By trait of `forward_letters`: the logarithm of how much oftener than any other."""
    chances: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for meant, typed in misspelt():
        _count_chances(meant, chances)
        slip = single(meant, typed)
        if slip:
            seen.update(_traits(meant, slip))
    found = {}
    for kind in ("oa", "ob", "db", "sb", "tr", "ia", "ib"):
        cells = _cells(kind)
        share = 1 / _OTHERS if kind in {"sb", "ia", "ib"} else 1.0
        could = {cell: chances[_chance(kind, cell)] * share for cell in cells}
        usual = sum(seen[f"{kind}:{cell}"] for cell in cells) / sum(could.values())
        for cell in cells:
            ratio = (seen[f"{kind}:{cell}"] + _SMOOTH) / (could[cell] * usual + _SMOOTH)
            found[f"{kind}:{cell}"] = log(ratio)
    return found


def _cells(kind: str) -> list[str]:
    letters = list(ascii_lowercase)
    if kind == "db":
        return letters
    first = ["", *letters] if kind in {"oa", "ia"} else letters
    second = ["", *letters] if kind in {"ob", "ib"} else letters
    return [a + b for a in first for b in second if a != b]


def _chance(kind: str, cell: str) -> str:
    """What must stand in a word so that the slip can happen."""
    match kind:
        case "sb":
            return f"letter:{cell[0]}"
        case "db":
            return f"letter:{cell}"
        case "ia":
            return f"letter:{cell[0] if len(cell) > 1 else ''}"
        case "ib":
            return f"letter:{cell[1:]}"
    return f"pair:{cell}" if len(cell) > 1 else f"{kind}:{cell}"


def _count_chances(word: str, chances: Counter[str]) -> None:
    chances.update(f"letter:{letter}" for letter in ("", *word))
    chances.update(f"pair:{word[i : i + 2]}" for i in range(len(word) - 1))
    chances.update([f"oa:{word[0]}", f"ob:{word[-1]}"])


def _traits(word: str, slip: Single) -> list[str]:
    before, i = word[slip.place - 1 : slip.place], slip.place
    match slip.kind:
        case "omission":
            return [f"oa:{before}{slip.right}", f"ob:{slip.right}{word[i + 1 : i + 2]}"]
        case "doubling":
            return [f"db:{slip.wrong}"]
        case "substitution":
            return [f"sb:{slip.right}{slip.wrong}"]
        case "transposition":
            return [f"tr:{slip.right}"]
        case "insertion":
            return [f"ia:{before}{slip.wrong}", f"ib:{slip.wrong}{word[i : i + 1]}"]
    return []
