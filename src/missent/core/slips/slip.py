"""How a typed text comes from the meant one, and what each kind of slip costs."""

from __future__ import annotations

from functools import cache
from math import log
from typing import NamedTuple

from missent.core.tables import slip_rates

TOO_FAR = 30.0


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
def rate(kind: str) -> float:
    """What a kind of slip costs, a key of the table of rates."""
    return -log(slip_rates.rates()[kind])


def somewhere(meant: str) -> float:
    """What it costs that the slip could have been made anywhere else in the text."""
    return log(len(meant) + 1)
