"""The report for people, as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.report.owner.model import Report

_BAR = 40
_ROWS = 30


def render(report: Report) -> str:
    """The whole report; the JSON beside it has the rows that are left out."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    totals = report.totals
    meant = totals.people + totals.automatic + totals.unclear
    yield f"Mail that was meant for {report.owner} and sent to a lookalike"
    yield f"{report.period.first} to {report.period.last}, report {report.id}"
    yield ""
    yield f"{meant:,} messages to {totals.recipients:,} recipients were refused, unread:"
    yield f"  {totals.people:>12,}  of people who mistyped"
    yield f"  {totals.unclear:>12,}  that may be of people"
    yield f"  {totals.automatic:>12,}  notices and automatic answers"
    yield f"and {totals.bulk:,} that look like bulk and are left out below."
    yield "Every sender was told at once which address was meant. No content was taken."
    yield ""
    yield from _trend(report)
    yield "What they typed"
    for name in report.typed[:_ROWS]:
        yield f"  {name.messages:>12,}  {name.typed} for {name.meant}"
    yield from _left(len(report.typed), report.suppressed.names, "names")
    yield ""
    yield "Who sends it (organisations by the domain of their addresses)"
    for one in report.organisations[:_ROWS]:
        yield f"  {one.messages:>12,}  {one.organisation}, about {one.senders:,} senders on a day"
    yield from _left(len(report.organisations), report.suppressed.organisations, "organisations")
    yield ""
    for hint in report.advice:
        yield f"{hint.system} ({hint.party}): {hint.text}"
        yield from (f"    {line}" for line in hint.example.splitlines())
        yield ""
    yield f"How it was counted: {report.method}"
    who = report.receiver
    yield f"From {who.organisation or 'the operator'}, {who.contact or 'no contact given'}"


def _trend(report: Report) -> Iterator[str]:
    most = max((day.messages or 0 for day in report.trend), default=0)
    if not most:
        return
    yield "Messages by day"
    for day in report.trend:
        if day.messages is None:
            yield f"  {day.day}  fewer than {report.suppressed.k}"
        else:
            yield f"  {day.day}  {'#' * round(_BAR * day.messages / most)} {day.messages:,}"
    yield ""


def _left(shown: int, suppressed: int, what: str) -> Iterator[str]:
    if shown > _ROWS:
        yield f"  and {shown - _ROWS:,} more {what}"
    if suppressed:
        yield f"  and {suppressed:,} {what} with too few to be told apart"
