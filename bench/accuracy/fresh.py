"""Where missent is new: some of the mail replayed alone, so that nothing is known at its start."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bench.accuracy import mail, ours
from bench.accuracy.measure import Curve, Part
from bench.accuracy.tables import ASKED, TITLES, cell, row, spent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.accuracy.labels import Kind, Labels
    from bench.accuracy.mail import Span
    from bench.accuracy.ours import Ours


class Start(NamedTuple):
    """The replay of one span of the mail.

    Attributes:
        span: which.
        ours: what was found in it.
    """

    span: Span
    ours: Ours


def run() -> list[Start]:
    """Replay every span of `mail.FRESH`; nothing but findings and prompts is kept."""
    starts = []
    for span in mail.FRESH:
        found = ours.run(span)
        found.rows.clear()
        starts.append(Start(span, found))
    return starts


def table(starts: Sequence[Start], labels: Labels, kind: Kind) -> Iterator[str]:
    """Recall at each start's budgets and by the default policy."""
    asked, _ = ASKED[kind]
    found = [_curve(start, labels, kind) for start in starts]
    prompts = [_curve(start, labels, kind, prompts=True) for start in starts]
    yield f"### {TITLES[kind]}: mail replayed alone, with nothing known before"
    yield ""
    yield from row("needless per 1,000", (_named(start.span) for start in starts))
    yield from row("---", ("---" for _ in starts))
    yield from row("knowable slips, by all of the mail", (str(curve.slips) for curve in found))
    yield from row("messages", (f"{len(start.ours.messages):,}" for start in starts))
    for budget in (asked, 2 * asked):
        yield from row(f"{budget:.2f}", (cell(curve.at_budget(budget)) for curve in found))
    yield from row("default policy", (spent(curve.point(1.0)) for curve in prompts))
    yield ""


def _curve(start: Start, labels: Labels, kind: Kind, *, prompts: bool = False) -> Curve:
    part = Part(_named(start.span), *start.span.moments)
    sightings = (start.ours.prompts if prompts else start.ours.findings)[kind]
    return Curve(sightings, labels, kind, part, len(start.ours.messages))


def _named(span: Span) -> str:
    return f"{span.since} to {span.until}" if span.until else f"from {span.since} on"
