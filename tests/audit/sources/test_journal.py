"""Lines of the journal, in the form in which a log file has them."""

from __future__ import annotations

import json

import pytest

from missent.audit.sources.journal import is_journal, line

ROW = {
    "_SOURCE_REALTIME_TIMESTAMP": "1709200801123456",
    "__REALTIME_TIMESTAMP": "1709200899000000",
    "_HOSTNAME": "mx",
    "SYSLOG_IDENTIFIER": "postfix/qmgr",
    "_PID": "13",
    "MESSAGE": "ABC123DEF: removed",
}


def test_a_row_is_written_as_a_log_has_it() -> None:
    octets = json.dumps(ROW).encode()
    assert is_journal(octets + b"\n{}")
    assert line(octets) == "2024-02-29T10:00:01+00:00 mx postfix/qmgr[13]: ABC123DEF: removed"


@pytest.mark.parametrize(
    "row", ["", "{", "[]", "7", "{}", '{"__REALTIME_TIMESTAMP": "soon"}', "[" * 100_000,
            '{"__REALTIME_TIMESTAMP": "99999999999999999999"}',
            '{"__REALTIME_TIMESTAMP": null}'],
)  # fmt: skip
def test_what_is_no_row_is_none(row: str) -> None:
    assert line(row.encode()) is None


def test_message_events_are_not_the_journal() -> None:
    assert not is_journal(b'{"id": "1", "date": 7}\n{"__REALTIME_TIMESTAMP": "7"}\n')
