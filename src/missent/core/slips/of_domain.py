"""A typed domain explained by the meant one: by characters, by its suffix or by its labels."""

from __future__ import annotations

from functools import lru_cache
from math import log
from typing import TYPE_CHECKING

from missent.core import suffixes
from missent.core.address import Domain
from missent.core.neighbours import glued
from missent.core.slips import several
from missent.core.slips.compare import edits
from missent.core.slips.slip import TOO_FAR, Slip, rate
from missent.core.slips.spelling import once, one_edit, sound, sounds_like
from missent.core.tables import slip_rates

if TYPE_CHECKING:
    from collections.abc import Sequence


def domain(typed: str, meant: str, limit: float = TOO_FAR) -> Slip | None:
    """Explain a typed domain by another one; None where nothing explains it at such a cost."""
    if typed == meant:
        return None
    if "xn--" in typed or "xn--" in meant:  # people type U-labels
        typed, meant = Domain(typed).unicode, Domain(meant).unicode
    number = edits(typed, meant)
    if number > several.most(len(meant), limit) and _are_unlike(typed, meant, number):
        return None
    return _explained(typed, meant, number, limit)


def _are_unlike(typed: str, meant: str, number: int) -> bool:
    """Whether neither the labels, nor the suffix, nor the sound can explain so many edits.

    Most names that are compared have nothing to do with each other: this tells so at a glance, and
    in doubt says no.
    """
    longer = abs(len(typed) - len(meant))
    if number == longer or (not longer and _has_labels_of(typed, meant)):
        return False
    if typed[0] in meant[:2] or typed[1:2] in meant[:2]:  # at most one edit before the suffix
        suffix = len(suffixes.split(typed).suffix)
        if number <= 1 + max(suffix, suffix + 1 + len(meant) - len(typed)):
            return False
        if glued(typed) == glued(meant):
            return False
    return typed[-1] != meant[-1] or not sounds_like(typed, meant)


@lru_cache(maxsize=131072)
def _explained(typed: str, meant: str, number: int, limit: float) -> Slip | None:
    """Explain a typed domain by another one, so many edits away."""
    few = number <= several.most(len(meant), limit)
    within = number == abs(len(typed) - len(meant))  # the one is the other with something left out
    t, m = suffixes.split(typed), suffixes.split(meant)
    best = None
    if number == 1:
        best = one_edit(typed, meant)
    elif t.suffix == m.suffix:
        best = sound(typed, meant)
    for other in (
        _cut_short(typed, meant) if within else None,
        _suffix(typed, meant, t.suffix, m) if t.suffix != m.suffix else None,
        _labels_moved(typed, meant) or (_labels_cut(typed, meant) if within else None),
    ):
        if other is not None and (best is None or other.cost < best.cost):
            best = other
    if few and number > 1 and (best is None or best.cost > several.at_least_two(meant)):
        more = several.explained(typed, meant, number, limit)
        if more is not None and (best is None or more.cost <= best.cost):
            best = more
    return None if best is None or best.cost > limit else best


def _cut_short(typed: str, meant: str) -> Slip | None:
    """The end of the name never typed, in the middle of a label or after one."""
    if not meant.startswith(typed) or "." not in typed:
        return None
    words = f"with `{meant[len(typed) :]}` left out at the end"
    return Slip(rate("cut_short") + log(len(meant)), "cut_short", 2, words)


def _suffix(typed: str, meant: str, typed_suffix: str, m: suffixes.Parts) -> Slip | None:
    """Another suffix after the same labels, or after almost the same."""
    if not m.label:
        return None
    rest = typed[: -len(typed_suffix) - 1], meant[: -len(m.suffix) - 1]
    if not rest[0] or not rest[1]:
        return None
    inner = None
    if abs(len(rest[0]) - len(rest[1])) > 1:
        return None
    if rest[0] != rest[1]:
        inner = once(rest[0], rest[1])
        if inner is None:
            return None
    words = f"with `.{typed_suffix}` for `.{m.suffix}`"
    close = once(typed_suffix, m.suffix)
    if close is not None:
        kind, cost = "suffix_near", rate("suffix_near") + close.cost / 2
    else:
        kind = "suffix_other"
        cost = rate(kind) - log(slip_rates.suffix_share(typed_suffix))
    if inner is None:
        return Slip(cost, kind, 1, close.words if close is not None else words)
    cost += inner.cost + rate("another_edit")
    return Slip(cost, "suffix_and_more", 2, f"{words} and {inner.words}")


def _labels_moved(typed: str, meant: str) -> Slip | None:
    """Whole labels swapped or glued."""
    if len(typed) == len(meant) and _has_labels_of(typed, meant):
        return Slip(rate("labels_swapped"), "labels_swapped", 2, "with the labels in another order")
    if typed[0] == meant[0] and glued(typed) == glued(meant):
        return Slip(rate("separator") + log(2), "separator", 1, "with the dots in other places")
    return None


def _has_labels_of(typed: str, meant: str) -> bool:
    return sorted(typed.split(".")) == sorted(meant.split("."))


def _labels_cut(typed_name: str, meant_name: str) -> Slip | None:
    """Whole labels cut or added, or one of them cut short or lengthened."""
    typed, meant = typed_name.split("."), meant_name.split(".")
    if len(typed) < len(meant) and _is_subsequence(typed, meant):
        cut = [label for label in meant if label not in typed]
        words = f"with `{'.'.join(cut)}` left out"
        return Slip(rate("labels_cut") + log(len(meant)), "labels_cut", 2, words)
    if len(typed) > len(meant) and _is_subsequence(meant, typed):
        extra = typed.copy()
        for label in meant:
            extra.remove(label)  # once for each: `gmail.com.com` has one too many
        words = f"with an extra `{'.'.join(extra)}`"
        return Slip(rate("labels_added") + log(len(typed)), "labels_added", 2, words)
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
        return Slip(rate("label_shortened") + log(len(m)), "label_shortened", 2, words)
    if len(t) > len(m) > 1 and (t.startswith(m) or t.endswith(m)):
        words = f"with `{t}` for `{m}`"
        return Slip(rate("label_lengthened") + log(len(t)) * 2, "label_lengthened", 2, words)
    return None


def _is_subsequence(few: Sequence[str], many: Sequence[str]) -> bool:
    rest = iter(many)
    return all(label in rest for label in few)
