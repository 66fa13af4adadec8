"""Moments and numbers, as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime

DAY = 86_400
_MINUTE, _HOUR = 60, 3600


def full(at: int) -> str:
    """`2026-11-25 14:05:09 UTC`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def short(at: int) -> str:
    """`25 Nov 14:05`, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%d %b %H:%M").lstrip("0")


def day(number: int) -> str:
    """A day since the epoch as `25 Nov`."""
    return date.fromordinal(date(1970, 1, 1).toordinal() + number).strftime("%d %b").lstrip("0")


def date_of(at: int) -> str:
    """`2026-11-25`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def lasting(seconds: int) -> str:
    """`3 days`, `5 h`, `12 min`; never a moment more than there is."""
    if seconds < _MINUTE:
        return "a moment"
    if seconds < 2 * _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < 2 * DAY:
        return f"{seconds // _HOUR} h"
    return f"{seconds // DAY} days"


def number(value: float) -> str:
    """`12,403`; `0.19`, `2.4`, `31` where it is no whole number."""
    if value == int(value):
        return f"{int(value):,}"
    digits = 2 if value < 1 else 1 if value < 10 else 0  # noqa: PLR2004  two digits that count
    return f"{value:,.{digits}f}"


def percent(part: float, whole: float) -> str:
    """`12 %`; a dash where there is no whole."""
    return f"{100 * part / whole:.0f} %" if whole else "\N{EN DASH}"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 message`, `2 messages`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
