"""Slips that hardly any two genuine names look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missent.core import suffixes
from missent.core.known import has_written

if TYPE_CHECKING:
    from missent.core.evidence.case import Case
    from missent.core.slips import Slip

SHORT: Final = 3  # names of so few characters are nearly all taken, those with digits too
_STEADY: Final = 10  # messages to a name that is in steady use


def is_unmistakable(case: Case, name: str, slip: Slip) -> bool:
    """Whether a new name is so like a known one as two genuine names hardly ever are.

    The labels stand in another order, the suffix stands there twice (`example.com.com`), or a digit
    stands for the letter that it looks like. Of the names that exist one in some ten thousand has
    such a twin (`bench/fit/coincidences.py`), and a model that is fitted to a few slips of a kind
    cannot know that. Short names have them sooner, `us1.net` and `usi.net`; near them the known one
    must be in steady use.

    Args:
        case: the recipient under suspicion.
        name: a domain that was written to before.
        slip: how the typed domain comes from it.
    """
    typed = case.typed
    if typed.domain.sent or typed.listed == 1.0:
        return False
    if slip.kind == "labels_swapped" or has_suffix_twice(case.address.domain.name, name):
        return True
    if not has_digit_for_letter(slip, case.address.domain.name, name):
        return False
    return len(typed.label) > SHORT or _is_in_steady_use(case, name)


def has_suffix_twice(typed: str, meant: str) -> bool:
    """Whether a name is another one with its suffix behind it once more."""
    return typed == f"{meant}.{suffixes.split(meant).suffix}"


def has_digit_for_letter(slip: Slip, typed: str, meant: str) -> bool:
    """Whether a digit stands for the letter that it looks like, or a letter for the digit."""
    return slip.kind == "look_alike" and _digits(typed) != _digits(meant)


def _is_in_steady_use(case: Case, name: str) -> bool:
    use = case.met(name).domain
    return use.sent >= _STEADY or has_written(use)


def _digits(name: str) -> int:
    return sum(c.isdigit() for c in name)
