"""The figures of all runs: kept as JSON, told as tables and as a picture."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent.parent / "results"
_KEPT, _TOLD, _DRAWN = (RESULTS / f"audit.{kind}" for kind in ("json", "md", "svg"))
_TITLES = {
    "raw": "DuckDB alone: scan, join, group-by",
    "python": "plain Python, pairs only",
    "pflogsumm": "pflogsumm",
    "reading": "missent: the same, kept as Parquet",
    "audit": "missent: the questions, after that",
    "audit1": "the same on one core",
    "afresh": "missent: all of it",
    "crowded": "missent: all of it, of names that crowd",
    "wide": "missent: all of it, of pairs that wrote once",
    "spark_wide": "the questions of these on Spark, local[2]",
    "spark1": "the questions on Spark, local[1]",
    "spark": "the questions on Spark, local[2]",
}
_CORES = os.cpu_count()
_ABOUT = f"""\
A Postfix log, nine lines to three deliveries, zstd, on {_CORES} cores that other work shares, so
that CPU time is what to compare. DuckDB may hold 800 MB. `python -m bench.audit --deliveries N`
measures again.
"""
_Figures = dict[str, dict[str, dict[str, Any]]]


def keep(deliveries: int, part: str, told: dict[str, object]) -> None:
    """Add a figure in place of an older one, and tell all of them anew."""
    figures: _Figures = json.loads(_KEPT.read_text("utf-8")) if _KEPT.exists() else {}
    figures.setdefault(str(deliveries), {})[part] = told
    figures = dict(sorted(figures.items(), key=lambda item: int(item[0])))
    _KEPT.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    _TOLD.write_text(_told(figures), "utf-8")
    _draw(figures)


def _told(figures: _Figures) -> str:
    lines = [
        "# The audit of a log",
        "",
        _ABOUT,
        "![CPU time and memory over deliveries, and the engines by workers](audit.svg)",
    ]
    for number, parts in figures.items():
        lines += ["", f"## {int(number):,} deliveries", ""]
        lines += ["| | CPU s | wall s | deliveries/CPU s | peak MB | load | |"]
        lines += ["|---|---|---|---|---|---|---|"]
        lines += [_row(int(number), t, parts[p]) for p, t in _TITLES.items() if p in parts]
    return "\n".join(lines) + "\n"


def _row(deliveries: int, title: str, told: dict[str, Any]) -> str:
    rest = {k: v for k, v in told.items() if k not in {"cpu", "wall", "peak", "load"}}
    shown = ", ".join(
        f"{key} {value:,}" if type(value) is int else f"{key}: {value}"
        for key, value in rest.items()
    )
    if "cpu" not in told:  # measured when Spark's Java was not counted yet
        return f"| {title} | | {told['wall']:.1f} | | | {told['load']} | {shown} |"
    return (
        f"| {title} | {told['cpu']:.1f} | {told['wall']:.1f} | {deliveries / told['cpu']:,.0f}"
        f" | {told['peak']:,} | {told['load']} | {shown} |"
    )


def _draw(figures: _Figures) -> None:
    try:
        import matplotlib as mpl  # noqa: PLC0415  not for the figures
        from matplotlib import pyplot as plt  # noqa: PLC0415  likewise
    except ImportError:
        print("without matplotlib there is no picture")
        return
    mpl.use("svg")
    plt.rcParams["svg.hashsalt"] = "missent"
    drawing, (cost, memory, workers) = plt.subplots(1, 3, figsize=(15, 4.5), layout="constrained")
    for part, title in _TITLES.items():
        found = [(int(n), p[part]) for n, p in figures.items() if "cpu" in p.get(part, {})]
        if part in {"audit1", "spark1"} or not found:
            continue
        numbers = [n for n, _ in found]
        cost.plot(numbers, [told["cpu"] for _, told in found], marker="o", label=title)
        memory.plot(numbers, [told["peak"] for _, told in found], marker="o", label=title)
    cost.set(xscale="log", yscale="log", title="CPU time", xlabel="deliveries", ylabel="seconds")
    memory.axhline(1500, color="grey", linestyle=":")
    memory.set(xscale="log", title="peak memory", xlabel="deliveries", ylabel="MB", ylim=(0, None))
    cost.legend(fontsize=8)
    for number, parts in figures.items():
        for label, one, two in (("DuckDB", "audit1", "audit"), ("Spark", "spark1", "spark")):
            if one in parts and two in parts:
                seconds = [parts[one]["wall"], parts[two]["wall"]]
                workers.plot([1, 2], seconds, marker="o", label=f"{label}, {int(number):,}")
    title = "the questions, by workers (on 2 shared cores)"
    workers.set(title=title, xlabel="workers", ylabel="seconds", xticks=[1, 2], ylim=(0, None))
    if workers.lines:
        workers.legend(fontsize=8)
    drawing.savefig(_DRAWN, metadata={"Date": None})
    plt.close(drawing)
