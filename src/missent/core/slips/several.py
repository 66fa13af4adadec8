"""Several single edits in one text, as the cheapest alignment of what differs."""

from __future__ import annotations

from functools import cache, lru_cache
from math import log
from typing import NamedTuple

from missent.core.slips.compare import different
from missent.core.slips.single import LOOK_ALIKE, replaced
from missent.core.slips.slip import TOO_FAR, Slip, rate, somewhere

_MOST_DIFFERENT = 12


def explained(typed: str, meant: str, edits: int, limit: float = TOO_FAR) -> Slip | None:
    """Explain a typed text by so many single characters, which are several."""
    place = somewhere(meant)
    if not edits or _at_least(edits, len(typed) - len(meant), place) > limit:
        return None
    wrong, right, _ = different(typed, meant)
    if max(len(wrong), len(right)) > _MOST_DIFFERENT:
        return None
    if len(wrong) == len(right) and all(map(_looks_alike, wrong, right)):
        words = f"with `{wrong}` for `{right}`"  # read wrongly, all of it at once
        return Slip(rate("look_alike") + place, "look_alike", 1, words)
    return _several(wrong, right, place, limit)


@lru_cache(maxsize=1024)
def most(size: int, limit: float) -> int:
    """How many edits in a text of that length cost no more than a limit, at the very least."""
    costs = _costs()
    cheapest = costs.another + log(size + 1) + min(costs.omit, costs.double, costs.least)
    return int((limit + costs.another) / cheapest)


def _looks_alike(wrong: str, right: str) -> bool:
    return wrong == right or wrong + right in LOOK_ALIKE


def at_least_two(meant: str) -> float:
    """What two edits cost at least."""
    return 2 * (_cheapest() + somewhere(meant)) + rate("another_edit")


class _Costs(NamedTuple):
    """What single edits cost, besides their place."""

    omit: float
    insert: float
    double: float
    swap: float
    another: float
    least: float
    """The least for an edit that leaves the length as it is: half an omission and an insertion."""


@cache
def _costs() -> _Costs:
    omit, double, swap = rate("omission"), rate("doubling"), rate("transposition")
    insert = rate("insertion") + rate("key_anywhere")
    letter = min(
        rate("substitution") + min(rate("key_beside"), rate("vowel"), rate("key_anywhere")),
        rate("look_alike"),
        rate("separator"),
    )
    double = min(double, insert)
    least = min(letter, swap, (omit + double) / 2)
    return _Costs(omit, insert, double, swap, rate("another_edit"), least)


def _several(wrong: str, right: str, place: float, most: float) -> Slip | None:
    """The cheapest alignment of two short texts by single edits; None where none is cheap."""
    costs = _costs()
    limit = most + costs.another
    step = costs.another + place
    omit, insert = costs.omit + step, costs.insert + step
    double, swap = costs.double + step, costs.swap + step
    # By letters of `right` so far: cost and edits of this row, of the one above and of the second.
    row = [(j * omit, j) for j in range(len(right) + 1)]
    above = second = row
    last = ""
    for typed in wrong:
        second, above = above, row
        put_in = double if typed == last else insert
        cost, edits = above[0][0] + insert, above[0][1] + 1
        row = [(cost, edits)]
        before = ""
        for j, meant in enumerate(right, 1):
            cost, edits = cost + omit, edits + 1
            other, more = above[j]
            other += put_in
            if other < cost or (other == cost and more + 1 < edits):
                cost, edits = other, more + 1
            other, more = above[j - 1]
            if typed != meant:
                other, more = other + _substitution(typed, meant) + step, more + 1
            if other < cost or (other == cost and more < edits):
                cost, edits = other, more
            if typed == before and last == meant:
                other, more = second[j - 2]
                other += swap
                if other < cost or (other == cost and more + 1 < edits):
                    cost, edits = other, more + 1
            row.append((cost, edits))
            before = meant
        if min(row)[0] > limit and min(above)[0] > limit:
            return None  # a swap reaches over one row, and nothing makes it cheaper
        last = typed
    cost, edits = row[-1]
    words = (
        f"with `{wrong}` for `{right}`"
        if wrong and right
        else (f"with `{right}` left out" if right else f"with an extra `{wrong}`")
    )
    return Slip(cost - costs.another, "several", edits, words)


def _at_least(edits: int, longer: int, place: float) -> float:
    """A lower bound of what several edits cost that make a text longer by so much."""
    costs = _costs()
    uneven = abs(longer)
    longer_by = costs.double if longer > 0 else costs.omit
    each = edits * (costs.another + place) - costs.another
    return uneven * longer_by + (edits - uneven) * costs.least + each


@cache
def _substitution(typed: str, meant: str) -> float:
    return replaced(typed, meant, 0.0).cost


@cache
def _cheapest() -> float:
    """What a single edit costs at least, besides its place."""
    kinds = ("omission", "insertion", "doubling", "substitution", "transposition")
    return min(map(rate, (*kinds, "look_alike", "separator")))
