"""The tables of the report: aggregates alone, no address and no domain of the corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bench.accuracy import review
from bench.accuracy.held_out import DEVELOPMENT, FOLDS
from bench.accuracy.measure import (
    ALL,
    BUDGETS,
    LATE,
    OURS,
    TEST,
    UNSEEN,
    Curve,
    Part,
    Point,
    reliability,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.accuracy.labels import Kind, Labels
    from bench.accuracy.measure import Sighting
    from bench.accuracy.ours import Ours

ASKED = {"domain": (0.15, "recall 0.80, first 0.90"), "local": (0.5, "recall 0.55")}


class Column(NamedTuple):
    """A part of the mail, and the models that decided it.

    Attributes:
        name: for the table.
        models: a key of what `bench.accuracy.ours` found with each.
        part: what is counted.
    """

    name: str
    models: str
    part: Part


COLUMNS = (
    Column("all", FOLDS, ALL),
    Column("from 2001 on", FOLDS, LATE),
    Column(f"{OURS}", FOLDS, Part(OURS, domain=OURS)),
    Column("test", FOLDS, TEST),
    Column("test, by dev alone", DEVELOPMENT, TEST),
    Column("all but dev, by dev alone", DEVELOPMENT, UNSEEN),
)
TITLES = {"domain": "Domain slips", "local": "Local-part slips"}


def messages_in(ours: Ours, part: Part) -> int:
    """How many decided messages a part has."""
    return sum(part.has(at, sender) for at, sender in ours.messages)


def curves(
    runs: Mapping[str, Ours], labels: Labels, kind: Kind, *, proved: bool, prompts: bool = False
) -> list[Curve]:
    """The curve of each column; of what the default policy prompts alone, or of all findings."""
    made = []
    for column in COLUMNS:
        ours = runs[column.models]
        sightings = (ours.prompts if prompts else ours.findings)[kind]
        count = messages_in(ours, column.part)
        made.append(Curve(sightings, labels, kind, column.part, count, proved=proved))
    return made


def main(runs: Mapping[str, Ours], labels: Labels, kind: Kind, *, proved: bool) -> Iterator[str]:
    """Recall at each budget and at the default policy, for every part of the mail."""
    found = curves(runs, labels, kind, proved=proved)
    asked = curves(runs, labels, kind, proved=proved, prompts=True)
    budget, goal = ASKED[kind]
    yield f"### {TITLES[kind]}{', proved ones' if proved else ''}"
    yield ""
    yield from row("needless per 1,000", (c.name for c in COLUMNS))
    yield from row("---", ("---" for _ in COLUMNS))
    yield from row("knowable slips", (str(c.slips) for c in found))
    yield from row("messages", (f"{messages_in(runs[c.models], c.part):,}" for c in COLUMNS))
    for each in BUDGETS:
        mark = f" (asked: {goal})" if each == budget else ""
        yield from row(f"{each:.2f}{mark}", (cell(c.at_budget(each)) for c in found))
    sure = (cell(c.at_budget(budget, doubtful=False)) for c in found)
    yield from row(f"{budget:.2f}, the doubtful not counted", sure)
    yield from row("default policy", (spent(c.point(1.0)) for c in asked))
    said = [s for run in runs.values() for s in run.findings[kind]]
    reviewed = review.after(labels, said)
    yield from _after("a review of the prompts", runs, reviewed, kind, proved=proved)
    mended = review.without_wrong(reviewed)
    yield from _after("a review of the labels, too", runs, mended, kind, proved=proved)
    yield ""


def _after(
    what: str, runs: Mapping[str, Ours], labels: Labels, kind: Kind, *, proved: bool
) -> Iterator[str]:
    budget, _ = ASKED[kind]
    found = curves(runs, labels, kind, proved=proved)
    yield from row(f"{budget:.2f}, after {what}", (cell(c.at_budget(budget)) for c in found))
    if not proved:
        asked = curves(runs, labels, kind, proved=proved, prompts=True)
        yield from row(f"default policy, after {what}", (spent(c.point(1.0)) for c in asked))


def row(name: str, cells: Iterator[str]) -> Iterator[str]:
    """A line of a table."""
    yield f"| {name} | {' | '.join(cells)} |"


def cell(point: Point | None) -> str:
    """Recall, and the share of it whose meant address is named first."""
    return f"{point.recall:.2f} / {point.first:.2f}" if point and point.recall else "0 / -"


def spent(point: Point) -> str:
    """The same, with the needless prompts that it takes."""
    return (
        f"{point.recall:.2f} / {point.first:.2f} at {point.needless:.3f}"
        f" ({point.doubtful:.3f} doubtful)"
    )


def peers(
    ours: Ours, labels: Labels, kind: Kind, said: Mapping[str, Sequence[Sighting]]
) -> Iterator[str]:
    """Every peer beside missent, on all of the mail."""
    count = messages_in(ours, ALL)
    yield f"### {TITLES[kind]}: peers, all of the mail, the same gate"
    yield ""
    yield from row("tool", iter(("0.15", "0.50", "1.00", "all it says")))
    yield from row("---", iter(("---",) * 4))
    for name, sightings in (("missent", ours.findings[kind]), *said.items()):
        curve = Curve(sightings, labels, kind, ALL, count)
        last = curve.points[-1] if curve.points else None
        cells = [cell(curve.at_budget(b)) for b in (0.15, 0.5, 1.0)]
        everything = f"{cell(last)} at {last.needless:.2f}" if last else "nothing"
        yield from row(name, iter((*cells, everything)))
    yield ""


def calibration(ours: Ours, labels: Labels) -> Iterator[str]:
    """The reliability diagram as a table, and Brier's score."""
    outcomes = first_findings(ours, labels)
    bins, brier = reliability(outcomes)
    base = sum(true for _, true in outcomes) / max(len(outcomes), 1)
    yield "### Calibration"
    yield ""
    yield (
        f"{len(outcomes)} findings, each pair's first; Brier's score {brier:.4f}"
        f" (always saying {base:.3f}, the share that is true, has {base * (1 - base):.4f})."
    )
    yield ""
    yield from row("probability", iter(("findings", "said", "true")))
    yield from row("---", iter(("---",) * 3))
    for number, (count, said, true) in enumerate(bins):
        yield from row(
            f"{number / 10:.1f} to {(number + 1) / 10:.1f}",
            iter((str(count), f"{said:.2f}" if count else "-", f"{true:.2f}" if count else "-")),
        )
    yield ""


def first_findings(ours: Ours, labels: Labels) -> list[tuple[float, bool]]:
    """Each pair's first finding: what it said, and whether the labels call it a slip.

    What the labels are in doubt about is left out.
    """
    first: dict[tuple[str, str], float] = {}
    for prompt, _ in ours.rows:
        pair = prompt.sender.key, prompt.recipient.key
        if pair in labels.pairs or not labels.is_doubtful(pair[1]):
            first.setdefault(pair, prompt.findings[0].probability)
    return [(said, pair in labels.pairs) for pair, said in first.items()]
