"""From evidence to a probability: a small forest of decision trees, read from a plain table.

The trees were fitted by gradient boosting (Friedman 2001) and are held to be monotonic in what
must never weaken a suspicion; their sum is turned into log-odds by Platt's method (1999). The
tables say from which data and when; `bench/fit/` makes them again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from math import exp
from pkgutil import get_data
from typing import TYPE_CHECKING, Literal, TypeAlias

from missent.core import evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

Kind = Literal["domain", "local"]
# A leaf is (value,); a node is (feature, threshold, below or equal, above).
Node: TypeAlias = "tuple[float] | tuple[int, float, Node, Node]"
_ENOUGH = 30.0


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model.

    Attributes:
        trees: the roots.
        base: what the sum starts from.
        slope: of the line from the sum to log-odds.
        intercept: of the same line.
    """

    trees: tuple[Node, ...]
    base: float
    slope: float
    intercept: float

    def log_odds(self, numbers: Sequence[float]) -> float:
        """The log-odds that the candidate was meant, for the numbers of its evidence."""
        total = self.base
        for tree in self.trees:
            node = tree
            while len(node) == 4:  # noqa: PLR2004  not a leaf
                feature, threshold, below, above = node
                node = below if numbers[feature] <= threshold else above
            total += node[0]
        return self.slope * total + self.intercept


def probability(log_odds: float) -> float:
    """The probability that log-odds stand for."""
    if log_odds < -_ENOUGH:
        return 0.0
    return 1.0 / (1.0 + exp(-min(log_odds, _ENOUGH)))


@cache
def fitted(kind: Kind) -> Model:
    """The model that is shipped."""
    return parsed(get_data("missent.core.tables", f"model_{kind}.json") or b"{}", kind)


def parsed(data: bytes, kind: Kind) -> Model:
    """Read a model's table.

    Raises:
        ValueError: the table was made for other evidence than this version gathers.
    """
    table = json.loads(data)
    names = evidence.DOMAIN if kind == "domain" else evidence.LOCAL
    if table.get("features") != list(names):
        raise ValueError(f"the {kind} model was fitted to other evidence; run bench/fit again")
    trees = tuple(_grown(nodes, 0) for nodes in table["trees"])
    return Model(trees, table["base"], table["slope"], table["intercept"])


def _grown(nodes: list[list[float]], at: int) -> Node:
    node = nodes[at]
    if len(node) == 1:
        return (node[0],)
    feature, threshold, below, above = node
    return (int(feature), threshold, _grown(nodes, int(below)), _grown(nodes, int(above)))
