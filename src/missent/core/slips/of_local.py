"""A typed local part explained by the meant one."""

from __future__ import annotations

import re
from functools import lru_cache
from math import log

from missent.core.neighbours import glued
from missent.core.slips.slip import TOO_FAR, Slip, rate
from missent.core.slips.spelling import misspell

_SHORTEST_CUT = 4
_SPLIT = re.compile(r"[._-]")


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
        cost = rate("separator") + log(2)
        best = _cheaper(best, Slip(cost, "separator", 1, "with other separators"))
    if len(typed) >= _SHORTEST_CUT and meant in {typed[1:] + typed[0], typed[-1] + typed[:-1]}:
        best = _cheaper(best, _initial_moved(typed, meant))
    if len(typed) >= _SHORTEST_CUT and len(typed) < len(meant):
        cost = rate("label_shortened") + log(len(meant))
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
    cost = rate("initial_moved") + log(2)
    return Slip(cost, "initial_moved", 2, f"with the `{initial}` at the other end")


def _cheaper(one: Slip | None, other: Slip) -> Slip:
    return other if one is None or other.cost < one.cost else one
