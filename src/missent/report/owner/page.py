"""The report for people, as one HTML page without scripts and without anything from elsewhere."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from missent.report.owner.model import Day, Report

_ROWS = 200
_WIDTH, _HEIGHT = 720, 140
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2733; --soft: #5b6b7b; --line: #d9e0e7;
  --bar: #2f6f9f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9fb0c0; --line: #33414e; --bar: #6fb1e0; }
  body { background: #10171e; }
}
body { color: var(--ink); font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem;
  padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { border-bottom: 1px solid var(--line); font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
td, th { border-bottom: 1px solid var(--line); overflow-wrap: anywhere;
  padding: .3rem .6rem .3rem 0; text-align: left; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
dl.sums { display: flex; flex-wrap: wrap; gap: 1.5rem; }
dl.sums dt { color: var(--soft); font-size: .9rem; }
dl.sums dd { font-size: 1.6rem; margin: 0; }
pre { background: color-mix(in srgb, var(--line) 40%, transparent); overflow-x: auto;
  padding: .7rem; }
p.soft, figcaption { color: var(--soft); }
rect { fill: var(--bar); }
figure { margin: 0; }
"""


def render(report: Report) -> str:
    """The whole page."""
    title = f"Mail meant for {report.owner}, sent to a lookalike"
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>",
            *_body(report, title),
            "</main></body></html>",
        ]
    )


def _body(report: Report, title: str) -> Iterator[str]:
    totals, k = report.totals, report.suppressed.k
    yield f"<h1>{escape(title)}</h1>"
    yield f'<p class="soft">{report.period.first} to {report.period.last}. Report {report.id}.</p>'
    yield "<p>These messages were refused before any content was sent. Nobody has read them; every "
    yield "sender was told at once which address was meant.</p>"
    sums = {
        "of people": totals.people,
        "perhaps of people": totals.unclear,
        "automatic": totals.automatic,
        "bulk, left out below": totals.bulk,
    }
    cells = "".join(f"<div><dt>{name}</dt><dd>{n:,}</dd></div>" for name, n in sums.items())
    yield f'<dl class="sums">{cells}</dl>'
    yield "<h2>Trend</h2>"
    yield _chart(report.trend, k)
    yield "<h2>What people typed</h2>"
    rows = [(n.typed, n.meant, f"{n.messages:,}") for n in report.typed[:_ROWS]]
    yield _table(("typed", "meant", "messages"), rows)
    yield _left(len(report.typed), report.suppressed.names, "names", k)
    yield "<h2>Who sends it</h2>"
    senders = [
        (o.organisation, ", ".join(o.typed[:3]), f"{o.senders:,}", f"{o.messages:,}")
        for o in report.organisations[:_ROWS]
    ]
    yield _table(("organisation", "typed", "senders on a day", "messages"), senders, numbers=2)
    yield _left(len(report.organisations), report.suppressed.organisations, "organisations", k)
    yield "<h2>What can be done</h2>"
    for one in report.advice:
        yield f"<h3>{escape(one.system)}</h3><p>{escape(one.text)}</p>"
        if one.example:
            yield f'<pre tabindex="0">{escape(one.example)}</pre>'
    yield f'<h2>How it was counted</h2><p class="soft">{escape(report.method)}</p>'
    yield f"<p>{escape(report.receiver.organisation)} {escape(report.receiver.contact)}</p>"


def _chart(days: Sequence[Day], k: int) -> str:
    most = max((day.messages or 0 for day in days), default=0)
    if not most:
        return '<p class="soft">Too few on every day to be shown.</p>'
    step = _WIDTH / len(days)
    bars = "".join(
        f'<rect x="{step * place:.1f}" width="{step * 0.8:.1f}" '
        f'y="{_HEIGHT - _HEIGHT * n / most:.1f}" height="{_HEIGHT * n / most:.1f}">'
        f"<title>{day.day}: {n:,}</title></rect>"
        for place, day in enumerate(days)
        if (n := day.messages)
    )
    return (
        f'<figure><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="Messages by day, at most {most:,}">{bars}</svg>'
        f"<figcaption>Messages by day, {days[0].day} to {days[-1].day}; at most {most:,}. Days "
        f"with fewer than {k} are empty.</figcaption></figure>"
    )


def _table(names: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 1) -> str:
    def mark(place: int) -> str:
        return ' class="n"' if place >= len(names) - numbers else ""

    head = "".join(f"<th{mark(i)}>{escape(name)}</th>" for i, name in enumerate(names))
    body = "".join(
        "<tr>"
        + "".join(f"<td{mark(i)}>{escape(cell)}</td>" for i, cell in enumerate(row))
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _left(shown: int, suppressed: int, what: str, k: int) -> str:
    more = f"{shown - _ROWS:,} more are in the JSON file. " if shown > _ROWS else ""
    few = f"{suppressed:,} {what} with fewer than {k} are not told apart." if suppressed else ""
    return f'<p class="soft">{more}{few}</p>' if more or few else ""
