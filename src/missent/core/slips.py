"""The noisy channel: how people mistype, as log P(typed | meant).

A slip is explained by the cheapest way from the meant text to the typed one: single characters
left out, put in, doubled, replaced or swapped (Damerau 1964; Kernighan, Church and Gale 1990), or
whole labels of a domain cut, added, swapped or replaced by another suffix. Costs are in nats:
minus the logarithm of a probability, given that the text was mistyped at all. The rates stand in
`tables/slip_rates.json` with their provenance.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from math import log
from typing import TYPE_CHECKING, NamedTuple

from missent.core import suffixes
from missent.core.address import Domain
from missent.core.neighbours import glued, skeleton
from missent.core.tables import keyboards, slip_rates

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_VOWELS = frozenset("aeiouy")
_SEPARATORS = frozenset(".-_")
_LOOK_ALIKE = frozenset({"1l", "l1", "0o", "o0", "1i", "i1", "5s", "s5", "il", "li", "uv", "vu"})
TOO_FAR = 30.0
_SHORTEST_CUT = 4
_SPLIT = re.compile(r"[._-]")
_MOST_DIFFERENT = 12
_ONE_SIDED = frozenset({(0, 1), (1, 0)})


class Slip(NamedTuple):
    """How a typed text comes from the meant one.

    Attributes:
        cost: -log P(typed | meant, mistyped), in nats.
        kind: what happened; a key of the table of rates.
        edits: how many single characters are concerned.
        words: the same for people, such as "with the `i` left out".
    """

    cost: float
    kind: str
    edits: int
    words: str


@cache
def _rate(kind: str) -> float:
    return -log(slip_rates.rates()[kind])


def spell(typed: str, meant: str) -> Slip | None:
    """Explain a typed text by single characters; None where it is too far away or the same."""
    edits = _tools().edits(typed, meant)
    return _once(typed, meant) if edits == 1 else _more(typed, meant, edits)


def once(typed: str, meant: str) -> Slip | None:
    """Like `spell`, but None for whatever takes more than one edit: that costs time to weigh."""
    return _once(typed, meant) if _tools().edits(typed, meant) == 1 else None


def is_one_edit(typed: str, meant: str) -> bool:
    """Whether one edit alone makes the one of the other."""
    return _tools().edits(typed, meant) == 1


def _once(typed: str, meant: str) -> Slip | None:
    wrong, right, start = _different(typed, meant)
    return _single(wrong, right, meant, start)


def _more(typed: str, meant: str, edits: int, limit: float = TOO_FAR) -> Slip | None:
    """Explain a typed text by so many single characters, which are several."""
    place = _place(meant)
    if not edits or _at_least(edits, len(typed) - len(meant), place) > limit:
        return None
    wrong, right, _ = _different(typed, meant)
    if max(len(wrong), len(right)) > _MOST_DIFFERENT:
        return None
    if len(wrong) == len(right) and all(map(_looks_alike, wrong, right)):
        words = f"with `{wrong}` for `{right}`"  # read wrongly, all of it at once
        return Slip(_rate("look_alike") + place, "look_alike", 1, words)
    return _several(wrong, right, place, limit)


def _looks_alike(wrong: str, right: str) -> bool:
    return wrong == right or wrong + right in _LOOK_ALIKE


def _different(typed: str, meant: str) -> tuple[str, str, int]:
    """What stands between the same beginning and the same end in either, and where it begins."""
    tools = _tools()
    start = tools.beginning(typed, meant)
    wrong, right = typed[start:], meant[start:]
    end = tools.end(wrong, right)
    return wrong[: len(wrong) - end], right[: len(right) - end], start


def _place(meant: str) -> float:
    """What it costs that the slip could have been made anywhere else in the text."""
    return log(len(meant) + 1)


def _single(wrong: str, right: str, meant: str, start: int) -> Slip | None:
    """One edit that makes `right`, at that place in `meant`, into `wrong`; None for more."""
    size = len(wrong), len(right)
    if size in _ONE_SIDED:
        end = start + len(right)
        before, after = meant[start - 1 : start], meant[end : end + 1]
        edit = _left_out if right else _put_in
        return edit(wrong or right, before, after, _place(meant))
    if size == (1, 1):
        return _replaced(wrong, right, _place(meant))
    if size == (2, 2) and wrong == right[::-1]:
        words = f"with `{right}` typed as `{wrong}`"
        return Slip(_rate("transposition") + _place(meant), "transposition", 1, words)
    return None


def _left_out(right: str, before: str, after: str, place: float) -> Slip:
    if right == ".":
        return Slip(_rate("missing_dot") + place, "missing_dot", 1, "with a dot left out")
    if right in "-_":
        return Slip(_rate("missing_hyphen"), "missing_hyphen", 1, f"with the `{right}` left out")
    kind = "undoubling" if right in (before, after) else "omission"
    words = f"with one `{right}` of two" if kind == "undoubling" else f"with the `{right}` left out"
    return Slip(_rate(kind) + place, kind, 1, words)


def _put_in(wrong: str, before: str, after: str, place: float) -> Slip:
    if wrong == ".":
        return Slip(_rate("extra_dot") + place, "extra_dot", 1, "with an extra dot")
    if wrong in (before, after):
        return Slip(_rate("doubling") + place, "doubling", 1, f"with the `{wrong}` doubled")
    beside = keyboards.near(wrong, before) or keyboards.near(wrong, after)
    cost = _rate("insertion") + place + (_rate("key_beside") if beside else _rate("key_anywhere"))
    return Slip(cost, "insertion", 1, f"with an extra `{wrong}`")


def _replaced(wrong: str, right: str, place: float) -> Slip:
    words = f"with `{wrong}` for `{right}`"
    pair = wrong + right
    if wrong in _SEPARATORS and right in _SEPARATORS:
        return Slip(_rate("separator"), "separator", 1, words)
    if pair in _LOOK_ALIKE:
        return Slip(_rate("look_alike") + place, "look_alike", 1, words)
    cost = _rate("substitution") + place
    if keyboards.near(wrong, right):
        return Slip(cost + _rate("key_beside"), "substitution", 1, words)
    if wrong in _VOWELS and right in _VOWELS:
        return Slip(cost + _rate("vowel"), "substitution", 1, words)
    return Slip(cost + _rate("key_anywhere"), "substitution", 1, words)


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
    omit, double, swap = _rate("omission"), _rate("doubling"), _rate("transposition")
    insert = _rate("insertion") + _rate("key_anywhere")
    replaced = min(
        _rate("substitution") + min(_rate("key_beside"), _rate("vowel"), _rate("key_anywhere")),
        _rate("look_alike"),
        _rate("separator"),
    )
    double = min(double, insert)
    least = min(replaced, swap, (omit + double) / 2)
    return _Costs(omit, insert, double, swap, _rate("another_edit"), least)


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


class _Tools(NamedTuple):
    """What is asked of two texts.

    Attributes:
        edits: how many single edits lie between them at least, whatever they cost.
        beginning: how many characters they share there.
        end: likewise.
    """

    edits: Callable[[str, str], int]
    beginning: Callable[[str, str], int]
    end: Callable[[str, str], int]


@cache
def _tools() -> _Tools:
    from rapidfuzz.distance import OSA, Postfix, Prefix  # noqa: PLC0415  slow to import

    return _Tools(OSA.distance, Prefix.similarity, Postfix.similarity)


@cache
def _cheapest() -> float:
    """What a single edit costs at least, besides its place."""
    kinds = ("omission", "insertion", "doubling", "substitution", "transposition")
    return min(map(_rate, (*kinds, "look_alike", "separator")))


@cache
def _substitution(typed: str, meant: str) -> float:
    return _replaced(typed, meant, 0.0).cost


def misspell(typed: str, meant: str) -> Slip | None:
    """Explain a typed text by characters, or as a spelling variant that sounds the same."""
    edits = _tools().edits(typed, meant)
    if edits == 1:
        return _once(typed, meant)
    return _sound(typed, meant) or _more(typed, meant, edits)


def _sound(typed: str, meant: str) -> Slip | None:
    """Explain a typed text by its sound: cheaper than any two edits."""
    if typed == meant or not skeleton(typed) == skeleton(meant) != "":
        return None
    return Slip(_rate("sound") + log(len(meant)), "sound", 2, f"spelt `{typed}`")


@lru_cache(maxsize=131072)
def domain(typed: str, meant: str, limit: float = TOO_FAR) -> Slip | None:
    """Explain a typed domain by another one; None where nothing explains it at such a cost."""
    if typed == meant:
        return None
    if "xn--" in typed or "xn--" in meant:  # people type U-labels
        typed, meant = Domain(typed).unicode, Domain(meant).unicode
    t, m = suffixes.split(typed), suffixes.split(meant)
    edits = _tools().edits(typed, meant)
    best = None
    if edits == 1:
        best = _once(typed, meant)
    elif t.suffix == m.suffix:
        best = _sound(typed, meant)
    for other in (
        _cut_short(typed, meant),
        _suffix(typed, meant, t.suffix, m) if t.suffix != m.suffix else None,
        _labels(typed, meant),
    ):
        if other is not None and (best is None or other.cost < best.cost):
            best = other
    if edits > 1 and (best is None or best.cost > _two_edits(meant)):
        several = _more(typed, meant, edits, limit)
        if several is not None and (best is None or several.cost <= best.cost):
            best = several
    return None if best is None or best.cost > limit else best


def _two_edits(meant: str) -> float:
    """What two edits cost at least."""
    return 2 * (_cheapest() + _place(meant)) + _rate("another_edit")


def _cut_short(typed: str, meant: str) -> Slip | None:
    """The end of the name never typed, in the middle of a label or after one."""
    if not meant.startswith(typed) or "." not in typed:
        return None
    words = f"with `{meant[len(typed) :]}` left out at the end"
    return Slip(_rate("cut_short") + log(len(meant)), "cut_short", 2, words)


def _suffix(typed: str, meant: str, typed_suffix: str, m: suffixes.Parts) -> Slip | None:
    """Another suffix after the same labels, or after almost the same."""
    if not m.label:
        return None
    rest = typed[: -len(typed_suffix) - 1], meant[: -len(m.suffix) - 1]
    if not rest[0] or not rest[1]:
        return None
    inner = None
    if rest[0] != rest[1]:
        inner = once(rest[0], rest[1])
        if inner is None:
            return None
    words = f"with `.{typed_suffix}` for `.{m.suffix}`"
    close = once(typed_suffix, m.suffix)
    if close is not None:
        kind, cost = "suffix_near", _rate("suffix_near") + close.cost / 2
    else:
        kind = "suffix_other"
        cost = _rate(kind) - log(slip_rates.suffix_share(typed_suffix))
    if inner is None:
        return Slip(cost, kind, 1, close.words if close is not None else words)
    cost += inner.cost + _rate("another_edit")
    return Slip(cost, "suffix_and_more", 2, f"{words} and {inner.words}")


def _labels(typed_name: str, meant_name: str) -> Slip | None:
    """Whole labels swapped, cut, added or glued."""
    typed, meant = typed_name.split("."), meant_name.split(".")
    if len(typed_name) == len(meant_name) and sorted(typed) == sorted(meant):
        return Slip(
            _rate("labels_swapped"), "labels_swapped", 2, "with the labels in another order"
        )
    if typed_name[0] == meant_name[0] and glued(typed_name) == glued(meant_name):
        return Slip(_rate("separator") + log(2), "separator", 1, "with the dots in other places")
    if len(typed) < len(meant) and _is_subsequence(typed, meant):
        cut = [label for label in meant if label not in typed]
        words = f"with `{'.'.join(cut)}` left out"
        return Slip(_rate("labels_cut") + log(len(meant)), "labels_cut", 2, words)
    if len(typed) > len(meant) and _is_subsequence(meant, typed):
        extra = [label for label in typed if label not in meant]
        words = f"with an extra `{'.'.join(extra)}`"
        return Slip(_rate("labels_added") + log(len(typed)), "labels_added", 2, words)
    if len(typed) == len(meant) and typed[-1] == meant[-1]:
        return _abbreviated(typed, meant)
    return None


def _abbreviated(typed: Sequence[str], meant: Sequence[str]) -> Slip | None:
    different = [(t, m) for t, m in zip(typed, meant, strict=True) if t != m]
    if len(different) != 1:
        return None
    t, m = different[0]
    if len(t) < len(m) and (m.startswith(t) or m.endswith(t)) and len(t) > 1:
        words = f"with `{t}` for `{m}`"
        return Slip(_rate("label_shortened") + log(len(m)), "label_shortened", 2, words)
    if len(t) > len(m) > 1 and (t.startswith(m) or t.endswith(m)):
        words = f"with `{t}` for `{m}`"
        return Slip(_rate("label_lengthened") + log(len(t)) * 2, "label_lengthened", 2, words)
    return None


def _is_subsequence(few: Sequence[str], many: Sequence[str]) -> bool:
    rest = iter(many)
    return all(label in rest for label in few)


def parts(local: str) -> list[str]:
    """A local part cut at its dots, hyphens and underscores."""
    return _SPLIT.split(local)


@lru_cache(maxsize=131072)
def local(typed: str, meant: str) -> Slip | None:
    """Explain a typed local part by another one; None where nothing explains it."""
    if typed == meant:
        return None
    best = misspell(typed, meant)
    if glued(typed) == glued(meant):
        cost = _rate("separator") + log(2)
        best = _cheaper(best, Slip(cost, "separator", 1, "with other separators"))
    if len(typed) >= _SHORTEST_CUT and meant in {typed[1:] + typed[0], typed[-1] + typed[:-1]}:
        best = _cheaper(best, _initial_moved(typed, meant))
    if len(typed) >= _SHORTEST_CUT and len(typed) < len(meant):
        cost = _rate("label_shortened") + log(len(meant))
        words = ""
        if meant.startswith(typed):
            words = f"with `{meant[len(typed) :]}` left out at the end"
        elif meant.endswith(typed):
            words = f"with `{meant[: -len(typed)]}` left out at the start"
        if words:
            best = _cheaper(best, Slip(cost, "label_shortened", 2, words))
    return best if best is not None and best.cost <= TOO_FAR else None


def _initial_moved(typed: str, meant: str) -> Slip:
    """`novakm` for `mnovak`."""
    initial = meant[0] if meant[1:] + meant[0] == typed else meant[-1]
    cost = _rate("initial_moved") + log(2)
    return Slip(cost, "initial_moved", 2, f"with the `{initial}` at the other end")


def _cheaper(one: Slip | None, other: Slip) -> Slip:
    return other if one is None or other.cost < one.cost else one
