"""The names to look at: what people type for each of ours, as many as were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core import forward, suffixes
from missent.core.tables import suffix_slips
from missent.exposure.lookalike import Lookalike, State

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

MOST = 20_000  # names for one of ours, whatever the mass


def candidates(
    meant: str, ours: Collection[str], limit: int = 1000, mass: float = 1.0
) -> Iterator[Lookalike]:
    """Names that are typed for `meant`, the likeliest first.

    Args:
        meant: one of our names, as `Domain.name`.
        ours: all of them: what lies below one is no lookalike.
        limit: how many at most.
        mass: stop when so much of all slips is covered.
    """
    covered = 0.0
    for number, one in enumerate(forward.typed(meant), 1):
        yield Lookalike(one.name, meant, one.probability, one.kind, without_asking(one.name, ours))
        covered += one.probability
        if number >= limit or covered >= mass:
            return


def without_asking(name: str, ours: Collection[str]) -> State:
    """What is known of a name before anybody is asked; `UNKNOWN` where somebody must be."""
    parts = suffixes.split(name)
    if not suffix_slips.exists(parts.suffix) or not parts.label or "_" in parts.label:
        return State.IMPOSSIBLE
    if any(name == own or name.endswith(f".{own}") for own in ours):
        return State.OURS
    return State.UNKNOWN
