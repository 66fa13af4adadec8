"""Lines of the shape that chapter 53 of Exim's specification documents, written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from missent.audit.events.table import Status

if TYPE_CHECKING:
    from collections.abc import Callable

LOG = """\
2024-01-02 03:04:05 {id} <= ann@corp.example H=pc [10.0.0.1] P=esmtp S=1234 id=m1@corp.example
2024-01-02 03:04:06 {id} => gen@army.ml R=dnslookup T=remote_smtp H=mx [192.0.2.1] C="250 ok"
2024-01-02 05:04:06 +0200 [123] {id} -> jane@gmai.com <jane@corp.example> R=dnslookup T=remote_smtp
2024-01-02 03:04:07 {id} == x@slow.example R=dnslookup T=remote_smtp defer (-1): timed out
2024-01-02 03:04:08 {id} ** y@gone.example: Unrouteable address
2024-01-02 03:04:09 {id} Completed
2024-01-02 03:04:09 Start queue run: pid=1
"""


def test_both_shapes_of_ids(
    reading: Callable[..., Any], rows: Callable[..., list[tuple[Any, ...]]]
) -> None:
    for identity in ("1L5Wwa-0005K5-Fq", "1rKabc-00000000AbC-0XYz"):
        found = reading(LOG.format(id=identity), zone=ZoneInfo("UTC"), name=f"{identity}.log")
        assert rows(found) == [
            ("ann@corp.example", "gen@army.ml", None, Status.DELIVERED),
            ("ann@corp.example", "jane@gmai.com", "jane@corp.example", Status.DELIVERED),
            ("ann@corp.example", "x@slow.example", None, Status.DEFERRED),
            ("ann@corp.example", "y@gone.example", None, Status.BOUNCED),
        ]
        assert {row[0] for row in rows(found, "octets")} == {1234}


def test_what_is_no_line_of_exim_is_counted(reading: Callable[..., Any]) -> None:
    found = reading(LOG.format(id="1L5Wwa-0005K5-Fq") + "rubbish\n")
    assert found.sources[0].format == "exim"
    assert found.sources[0].tally.skipped == 1
