"""How the evidence is measured, for domains and for local parts alike."""

from __future__ import annotations

from math import log1p
from typing import TYPE_CHECKING, Final

from missent.core.facts import Use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.core.facts import Correspondence

NEVER: Final = Use()
MOST_COST: Final = 30.0
LARGE_COST: Final = 8.0
_DAY: Final = 86400
_JUST_NOW: Final = 2 * _DAY


def places(kinds: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """By kind of slip: 1 in its place, 0 in the others; "" stands for kinds without a place."""
    none = (0.0,) * len(kinds)
    return {"": none} | {kind: (*none[:at], 1.0, *none[at + 1 :]) for at, kind in enumerate(kinds)}


def alike(history: Correspondence, domain: str, local: str) -> float:
    """The share of a domain's local parts that are built like this one."""
    as_this, known_there = history.locals_like(domain, local)
    return as_this / (known_there + 1)


def days(use: Use, at: int) -> float:
    """For how long something has been written to."""
    return log1p(max(at - use.first, 0) / _DAY) if use.sent else 0.0


def just_now(own: Use, everyone: Use, at: int) -> bool:
    """The sender has turned to the other one only just now, as people do who correct a slip."""
    return (
        0 < own.sent <= 2  # noqa: PLR2004  once, or once more
        and everyone.sent <= 2  # noqa: PLR2004
        and not everyone.received
        and at - own.last < _JUST_NOW
    )
