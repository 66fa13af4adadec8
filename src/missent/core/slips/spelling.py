"""A text explained by its characters, or by its sound."""

from __future__ import annotations

from math import log

from missent.core.neighbours import has_skeleton, skeleton
from missent.core.slips import several, single
from missent.core.slips.compare import different, edits, is_one_edit
from missent.core.slips.slip import Slip, rate


def spell(typed: str, meant: str) -> Slip | None:
    """Explain a typed text by single characters; None where it is too far away or the same."""
    number = edits(typed, meant)
    return one_edit(typed, meant) if number == 1 else several.explained(typed, meant, number)


def once(typed: str, meant: str) -> Slip | None:
    """Like `spell`, but None for whatever takes more than one edit: that costs time to weigh."""
    return one_edit(typed, meant) if is_one_edit(typed, meant) else None


def one_edit(typed: str, meant: str) -> Slip | None:
    """Explain a typed text that is one edit away from the meant one."""
    wrong, right, start = different(typed, meant)
    return single.explained(wrong, right, meant, start)


def misspell(typed: str, meant: str) -> Slip | None:
    """Explain a typed text by characters, or as a spelling variant that sounds the same."""
    number = edits(typed, meant)
    if number == 1:
        return one_edit(typed, meant)
    return sound(typed, meant) or several.explained(typed, meant, number)


def sound(typed: str, meant: str) -> Slip | None:
    """Explain a typed text by its sound: cheaper than any two edits."""
    if typed == meant or not sounds_like(typed, meant):
        return None
    return Slip(rate("sound") + log(len(meant)), "sound", 2, f"spelt `{typed}`")


def sounds_like(typed: str, meant: str) -> bool:
    """Whether two texts have the same consonants in the same order."""
    return has_skeleton(meant, skeleton(typed))
