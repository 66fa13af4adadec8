"""The curves as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt

from bench.accuracy.held_out import FOLDS
from bench.accuracy.measure import ALL, Curve, reliability
from bench.accuracy.tables import ASKED, COLUMNS, curves, first_findings, messages_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from bench.accuracy.labels import Kind, Labels
    from bench.accuracy.measure import Sighting
    from bench.accuracy.ours import Ours

_ASKED_RECALL = {"domain": 0.80, "local": 0.55}


def draw(
    path: Path,
    runs: Mapping[str, Ours],
    labels: Labels,
    said: Mapping[tuple[str, Kind], Sequence[Sighting]],
) -> None:
    """Draw recall against needless prompts for both kinds, and the reliability diagram."""
    mpl.rcParams.update({"svg.hashsalt": "missent", "svg.fonttype": "none"})
    figure, (*axes, right) = plt.subplots(1, 3, figsize=(17, 5.5), layout="constrained")
    kinds: tuple[Kind, ...] = ("domain", "local")
    for kind, axis in zip(kinds, axes, strict=True):
        _curves(axis, runs, labels, kind, said)
    bins, brier = reliability(first_findings(runs[FOLDS], labels))
    filled = [b for b in bins if b.findings]
    right.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    right.scatter(
        [b.said for b in filled], [b.true for b in filled], s=[12 + b.findings for b in filled]
    )
    right.set(xlabel="probability said", ylabel="share of labelled slips", xlim=(0, 1), ylim=(0, 1))
    right.set_title(f"Calibration (Brier {brier:.3f})")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _curves(
    axis: Axes,
    runs: Mapping[str, Ours],
    labels: Labels,
    kind: Kind,
    said: Mapping[tuple[str, Kind], Sequence[Sighting]],
) -> None:
    found = curves(runs, labels, kind, proved=False)
    for column, curve in zip(COLUMNS, found, strict=True):
        axis.step(
            [p.needless for p in curve.points],
            [p.recall for p in curve.points],
            where="post",
            label=f"missent, {column.name} ({curve.slips} slips)",
            linewidth=2 if column.part is ALL else 1,
        )
    for (name, what), sightings in said.items():
        if what != kind:
            continue
        count = messages_in(runs[FOLDS], ALL)
        points = Curve(sightings, labels, kind, ALL, count).points
        style = "o" if len(points) == 1 else "--"
        axis.plot([p.needless for p in points], [p.recall for p in points], style, label=name)
    axis.plot(ASKED[kind][0], _ASKED_RECALL[kind], "k+", markersize=14, label="asked")
    axis.set(
        xscale="log",
        xlim=(0.01, 50),
        ylim=(0, 1),
        xlabel="needless prompts per 1,000 messages",
        ylabel="share of knowable slips caught",
        title=f"Slips in the {'domain' if kind == 'domain' else 'local part'}",
    )
    axis.grid(visible=True, alpha=0.3)
    axis.legend(fontsize="x-small", loc="lower right")
