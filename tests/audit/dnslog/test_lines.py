from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.audit.dnslog.interface import Query
from missent.audit.dnslog.lines import Reader

NOW = datetime(2026, 11, 26, tzinfo=UTC)
DAY = "2026-11-25"
LINES = {
    "BIND": "25-Nov-2026 10:00:00.123 client @0x7f8c 192.0.2.1#5353 (army.ml): "
    "query: army.ml IN MX -E(0)D (198.51.100.1)",
    "BIND, category and severity": "25-Nov-2026 10:00:00.123 queries: info: client @0x7 "
    "192.0.2.1#53 (army.ml): view a: query: ArMy.ml IN MX + (198.51.100.1)",
    "BIND, old": "25-Nov-2026 10:00:00.123 client 192.0.2.1#5353: query: army.ml IN MX -ED",
    "BIND by syslog": "Nov 25 10:00:00 ns1 named[12]: client @0x7 192.0.2.1#5353 (army.ml): "
    "query: army.ml IN MX -E(0) (198.51.100.1)",
    "BIND, ISO 8601": "2026-11-25T10:00:00.123Z queries: client @0x7 192.0.2.1#5353 (army.ml): "
    "query: army.ml IN MX + (198.51.100.1)",
    "PowerDNS": "Nov 25 10:00:00 ns1 pdns_server[12]: Remote 192.0.2.1 wants 'army.ml|MX', "
    "do = 0, bufsize = 1232 (4096): packetcache MISS",
}


@pytest.mark.parametrize("form", LINES)
def test_a_question(form: str) -> None:
    assert list(Reader(NOW)([LINES[form]])) == [Query(DAY, "192.0.2.1", "army.ml", "MX")]


def test_ipv6_other_types_and_other_lines() -> None:
    reader = Reader(NOW)
    lines = [
        LINES["BIND"].replace("192.0.2.1", "2001:db8::1").replace("IN MX", "IN AAAA"),
        LINES["BIND"].replace("IN MX", "IN TXT"),
        "25-Nov-2026 10:00:00.123 zone ml/IN: loaded serial 1",
    ]
    assert [query.client for query in reader(lines)] == ["2001:db8::1"]
    assert (reader.lines, reader.unread) == (3, 1)


def test_a_stamp_without_a_year_lies_in_the_past() -> None:
    line = LINES["PowerDNS"].replace("Nov 25", "Dec  3")
    assert next(Reader(NOW)([line])).day == "2025-12-03"


@given(st.text(max_size=200))
def test_any_line_is_read_or_left(line: str) -> None:
    list(Reader(NOW)([line]))
