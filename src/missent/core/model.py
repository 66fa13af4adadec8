"""From evidence to a probability: a small forest of decision trees, read from a plain table.

The trees were fitted by gradient boosting (Friedman 2001) and are held to be monotonic in what
must never weaken a suspicion; their sum is turned into log-odds by Platt's method (1999). The
tables say from which data and when; `bench/fit/` makes them again.

A table is turned into Python once, when it is read: a comparison that the interpreter makes itself
takes a fifth of the time of a walk from node to node.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from math import exp
from pkgutil import get_data
from typing import TYPE_CHECKING, Literal, TypeAlias

from missent.core.evidence import of_domain, of_local

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Kind = Literal["domain", "local"]
# Nodes by their numbers, the root first. A leaf is [value]; another node is
# [number of the evidence, threshold, the node for up to it, the node for more].
Tree: TypeAlias = "list[list[float]]"
_ENOUGH = 30.0


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model.

    Attributes:
        total: the sum of the trees, for the numbers of the evidence.
        slope: of the line from the sum to log-odds.
        intercept: of the same line.
    """

    total: Callable[[Sequence[float]], float]
    slope: float
    intercept: float

    def log_odds(self, numbers: Sequence[float]) -> float:
        """The log-odds that the candidate was meant, for the numbers of its evidence."""
        return self.slope * self.total(numbers) + self.intercept


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
    names = of_domain.NAMES if kind == "domain" else of_local.NAMES
    if table.get("features") != list(names):
        raise ValueError(f"the {kind} model was fitted to other evidence; run bench/fit again")
    total = _summing(table["trees"], float(table["base"]), len(names))
    return Model(total, table["slope"], table["intercept"])


def _summing(trees: Sequence[Tree], base: float, size: int) -> Callable[[Sequence[float]], float]:
    """Write the trees as a function of so many numbers."""
    lines = [
        "def total(numbers):",
        f" {','.join(f'n{number}' for number in range(size))} = numbers",
        f" sum = {base!r}",
        *(f" sum += {_written(tree, 0)}" for tree in trees),
        " return sum",
    ]
    made: dict[str, Callable[[Sequence[float]], float]] = {}
    exec("\n".join(lines), made)  # noqa: S102  nothing but numbers gets into it
    return made["total"]


def _written(tree: Tree, at: int) -> str:
    """A node and what is below it as an expression."""
    node = tree[at]
    if len(node) == 1:
        return repr(float(node[0]))
    number, threshold, below, above = node
    return (
        f"({_written(tree, int(below))} if n{int(number)} <= {float(threshold)!r}"
        f" else {_written(tree, int(above))})"
    )
