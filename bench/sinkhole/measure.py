"""The rounds: in each, every server once, so that all of them meet the same load of the machine."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.sinkhole import load

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.sinkhole.load import Figures
    from bench.sinkhole.servers import Running


@dataclass(slots=True)
class Rounds:
    """What one server did, a figure for each round.

    Attributes:
        server: which one.
        figures: of it.
    """

    server: Running
    figures: list[Figures] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """The median of what it did in a second."""
        return statistics.median(one.rate for one in self.figures)

    @property
    def cost(self) -> float:
        """The median of its processor time for one, in microseconds."""
        return statistics.median(one.cost for one in self.figures)

    def beside(self, other: Rounds) -> tuple[float, float]:
        """How many times the other's rate, and the other's processor time: medians by round."""
        pairs = list(zip(self.figures, other.figures, strict=True))
        return (
            statistics.median(one.rate / its.rate for one, its in pairs),
            statistics.median(its.cost / one.cost for one, its in pairs),
        )


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured.

    Attributes:
        rounds: of each thing.
        seconds: of each round.
        connections: that are open at a time.
    """

    rounds: int = 3
    seconds: float = 2
    connections: int = 10_000


def rounds(
    servers: Sequence[Running],
    what: Callable[..., int],
    clients: int,
    effort: Effort,
    **more: object,
) -> list[Rounds]:
    """Let clients do one thing with every server, round by round."""
    measured = [Rounds(server) for server in servers]
    for _ in range(effort.rounds):
        for one in measured:
            own = {"trust": str(one.server.trust), **more} if more else {}
            one.figures.append(load.run(one.server, what, effort.seconds, clients, **own))
    return measured
