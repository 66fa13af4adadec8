"""One character left out, put in, doubled, replaced or swapped with the next."""

from __future__ import annotations

from missent.core.slips.slip import Slip, rate, somewhere
from missent.core.tables import keyboards

_VOWELS = frozenset("aeiouy")
_SEPARATORS = frozenset(".-_")
LOOK_ALIKE = frozenset({"1l", "l1", "0o", "o0", "1i", "i1", "5s", "s5", "il", "li", "uv", "vu"})
_ONE_SIDED = frozenset({(0, 1), (1, 0)})


def explained(wrong: str, right: str, meant: str, start: int) -> Slip | None:
    """One edit that makes `right`, at that place in `meant`, into `wrong`; None for more."""
    size = len(wrong), len(right)
    if size in _ONE_SIDED:
        end = start + len(right)
        before, after = meant[start - 1 : start], meant[end : end + 1]
        edit = _left_out if right else _put_in
        return edit(wrong or right, before, after, somewhere(meant))
    if size == (1, 1):
        return replaced(wrong, right, somewhere(meant))
    if size == (2, 2) and wrong == right[::-1]:
        words = f"with `{right}` typed as `{wrong}`"
        return Slip(rate("transposition") + somewhere(meant), "transposition", 1, words)
    return None


def _left_out(right: str, before: str, after: str, place: float) -> Slip:
    if right == ".":
        return Slip(rate("missing_dot") + place, "missing_dot", 1, "with a dot left out")
    if right in "-_":
        return Slip(rate("missing_hyphen"), "missing_hyphen", 1, f"with the `{right}` left out")
    kind = "undoubling" if right in (before, after) else "omission"
    words = f"with one `{right}` of two" if kind == "undoubling" else f"with the `{right}` left out"
    return Slip(rate(kind) + place, kind, 1, words)


def _put_in(wrong: str, before: str, after: str, place: float) -> Slip:
    if wrong == ".":
        return Slip(rate("extra_dot") + place, "extra_dot", 1, "with an extra dot")
    if wrong in (before, after):
        return Slip(rate("doubling") + place, "doubling", 1, f"with the `{wrong}` doubled")
    beside = keyboards.near(wrong, before) or keyboards.near(wrong, after)
    cost = rate("insertion") + place + (rate("key_beside") if beside else rate("key_anywhere"))
    return Slip(cost, "insertion", 1, f"with an extra `{wrong}`")


def replaced(wrong: str, right: str, place: float) -> Slip:
    """One character for another."""
    words = f"with `{wrong}` for `{right}`"
    pair = wrong + right
    if wrong in _SEPARATORS and right in _SEPARATORS:
        return Slip(rate("separator"), "separator", 1, words)
    if pair in LOOK_ALIKE:
        return Slip(rate("look_alike") + place, "look_alike", 1, words)
    cost = rate("substitution") + place
    if keyboards.near(wrong, right):
        return Slip(cost + rate("key_beside"), "substitution", 1, words)
    if wrong in _VOWELS and right in _VOWELS:
        return Slip(cost + rate("vowel"), "substitution", 1, words)
    return Slip(cost + rate("key_anywhere"), "substitution", 1, words)
