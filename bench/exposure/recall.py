"""Real slips among the first candidates, beside the peers.

The pairs are those of the labelled corpus (MISSENT_DATA); see docs/explanation/exposure.md.
"""

from __future__ import annotations

import csv
import os
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from bench.exposure import peers
from bench.fit.halves import half
from missent.core import forward
from missent.exposure.candidates import without_asking
from missent.exposure.lookalike import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.exposure.peers import Made

    Pairs = Sequence[tuple[str, str]]

DEPTHS = (5, 10, 20, 50, 100, 200, 500, 1000)


def recall(picture: Path) -> list[str]:
    """The lines of the report; the curve is drawn into a file."""
    data = os.environ.get("MISSENT_DATA")
    if not data:
        return ["(recall: set MISSENT_DATA to the folder of the labelled corpus)"]
    pairs = _pairs(Path(data))
    meant = sorted({one for one, _ in pairs})
    begin = time.process_time()
    ours = {one: [c.name for c in islice(forward.typed(one), DEPTHS[-1])] for one in meant}
    spent = (time.process_time() - begin) / len(meant)
    made = peers.all_of_them(meant)
    halves = [[p for p in pairs if half(p[0]) == wanted] for wanted in "AB"]
    curve = {depth: share(ours, pairs, depth) for depth in DEPTHS}
    plot(picture, curve, [(one, one.recall(pairs)) for one in made])
    able = [p for p in pairs if without_asking(p[1], ()) is not State.IMPOSSIBLE]
    columns = (pairs, *halves, able)
    head = f"all {len(pairs)}", "half A", "half B", f"the {len(able)} whose suffix exists"
    return [
        "Share of real typed names among the first so many candidates. The weights were fitted to",
        "half A of the meant domains (and to mistyped local parts and words), never to half B.",
        "",
        f"| candidates a domain | {' | '.join(head)} |",
        f"|---|{'---|' * len(columns)}",
        *(_row(f"missent, {d:,}", [share(ours, some, d) for some in columns]) for d in DEPTHS),
        *(
            _row(f"{one.tool}, all {one.size:,.0f}", [one.recall(some) for some in columns])
            for one in made
        ),
        "",
        f"{DEPTHS[-1]:,} candidates of a domain take {spent * 1000:.0f} ms of CPU.",
    ]


def share(ours: Mapping[str, Sequence[str]], pairs: Pairs, depth: int) -> float:
    """How many of the typed names are among the first so many candidates."""
    return sum(typed in ours[one][:depth] for one, typed in pairs) / len(pairs)


def plot(picture: Path, curve: Mapping[int, float], made: Sequence[tuple[Made, float]]) -> None:
    """Recall by depth; a peer, which ranks nothing, is a point."""
    import matplotlib as mpl  # noqa: PLC0415  installed by `make bench` alone

    mpl.use("svg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(figsize=(7, 4))
    axes.semilogx(list(curve), list(curve.values()), marker="o", label="missent")
    for one, reached in made:
        axes.plot(
            one.size, reached, marker="s", linestyle="", label=f"{one.tool}, all of its names"
        )
    axes.set(xlabel="candidates of a domain", ylabel="recall of real slips", ylim=(0, 1))
    axes.grid(visible=True, color="#ddd")
    axes.legend(loc="lower right")
    figure.tight_layout()
    figure.savefig(picture)


def _row(what: str, shares: Sequence[float]) -> str:
    return f"| {what} | {' | '.join(f'{one:.3f}' for one in shares)} |"


def _pairs(data: Path) -> Pairs:
    with (data / "enron-labels-domains.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["verdict"] == "typo"]
    return [(row["intended_domain"], row["observed_domain"]) for row in rows]
