"""Which days a report is about: options that several commands share."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from missent.app.reports import Wanted


def period(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--for`, `--since`, `--until` and `--days` to a command."""
    for option in (
        click.option("--days", type=click.IntRange(1, 4000), default=30, show_default=True,
                     help="So many days, the last of them --until."),
        click.option("--until", metavar="DAY",
                     help="The last day: 2026-11-25, or today; otherwise yesterday."),
        click.option("--since", metavar="DAY", help="The first day, in place of --days."),
        click.option("--for", "owner", default="", metavar="OWNER", help="Whose mail: mil."),
    ):  # fmt: skip
        function = option(function)
    return function


def wanted(owner: str, since: str | None, until: str | None, days: int) -> Wanted:
    """Read them."""
    from missent.app.reports import Wanted  # noqa: PLC0415  `--help` needs none

    today = datetime.now(UTC).date()
    last = _day(until, "--until", today) if until else today - timedelta(days=1)
    first = _day(since, "--since", today) if since else last - timedelta(days=days - 1)
    if first > last:
        raise click.UsageError(f"the period ends on {last}, before it begins on {first}")
    return Wanted(owner, first, last)


def _day(text: str, option: str, today: date) -> date:
    if text == "today":
        return today
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no day; write 2026-11-25, or today", param_hint=option
        ) from None
