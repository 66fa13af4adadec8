"""Lines of a log as `journalctl -o json` prints them, in the form in which a log file has them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

_MOMENTS = ("_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP")  # microseconds, as text


def is_journal(text: bytes) -> bool:
    """Whether the first line of a text of JSON Lines is one of the journal's."""
    return b'"__REALTIME_TIMESTAMP"' in text.partition(b"\n")[0]


def line(octets: bytes) -> str | None:
    """The line that a log file would have; None where it is none of the journal's."""
    try:
        row = json.loads(octets)
    except (ValueError, RecursionError):
        return None
    if not isinstance(row, dict):
        return None
    try:
        moment = next(int(row[name]) for name in _MOMENTS if name in row)
        stamp = datetime.fromtimestamp(moment // 1_000_000, UTC).isoformat()
    except (StopIteration, TypeError, ValueError, OverflowError, OSError):
        return None
    program = f"{_text(row.get('SYSLOG_IDENTIFIER'))}[{_text(row.get('_PID')) or 0}]"
    host = _text(row.get("_HOSTNAME")) or "localhost"
    return f"{stamp} {host} {program}: {_text(row.get('MESSAGE'))}"


def _text(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(octet, int) for octet in value):
        return bytes(octet & 0xFF for octet in value).decode("utf-8", "replace")  # as it has dirt
    return value if isinstance(value, str) else ""
