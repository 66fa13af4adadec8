"""Moments as sources write them, in seconds since the epoch."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

SYSLOG = (
    r"(?:<\d{1,3}>)?"
    r"(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?|(?:1 )?\d{4}-\d\d-\d\dT\S+)"
)
"""How a line of a log begins: RFC 3164's stamp, also with a fraction as journalctl's short-precise
has it, RFC 3339's, or RFC 5424's beginning."""
_EPOCH = re.compile(r"\d{9,10}(?:\.\d{1,9})?|\d{12,13}")
_MILLI = 1e11  # what is more than this many seconds is milliseconds: the others end in 5138
_LATEST = 2**32 - 1  # the snapshot keeps moments in 32 bits: until the year 2106


def seconds(value: object) -> int | None:
    """Read a moment.

    Args:
        value: ISO 8601, RFC 5322, or a number of seconds or milliseconds since the epoch, also as
            text; without a zone it is UTC.

    Returns:
        Whole seconds from 1 to the year 2106, or None where it is no moment.
    """
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, int | float):
            return _since_epoch(float(value))
        if not isinstance(value, str):
            return None
        if _EPOCH.fullmatch(value):
            return _since_epoch(float(value))
        return _bounded(_parse(value.strip()).timestamp())
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _parse(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _since_epoch(number: float) -> int:
    return _bounded(number / 1000 if abs(number) > _MILLI else number)


def _bounded(moment: float) -> int:
    whole = int(moment)
    if not -(2**33) < whole < 2**33:
        raise ValueError("not in this age")
    return min(max(whole, 1), _LATEST)
