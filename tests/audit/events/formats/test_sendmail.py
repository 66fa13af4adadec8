"""Lines of the shape that the Sendmail operations guide documents, written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from missent.audit.events.table import Status

if TYPE_CHECKING:
    from collections.abc import Callable

LOG = """\
Jan  2 03:04:05 mx sendmail[1]: q0234abc012345: from=<ann@corp.example>, size=1234, class=0,\
 nrcpts=2, msgid=<m2@corp.example>, proto=ESMTP, daemon=MTA, relay=pc [10.0.0.1]
Jan  2 03:04:06 mx sendmail[2]: q0234abc012345: to=<gen@army.ml>,<jane@gmail.com>,\
 ctladdr=<ann@corp.example> (1/1), delay=00:00:01, mailer=esmtp, pri=1, relay=mx., dsn=2.0.0,\
 stat=Sent (ok)
Jan  2 03:04:07 mx sm-mta[3]: q0235abc012345: from=<ann@corp.example>, size=1, class=0, nrcpts=1,\
 msgid=<m3@corp.example>, relay=pc
Jan  2 03:04:07 mx sm-mta[3]: q0235abc012345: to=<z@gone.example>, delay=00:00:01, mailer=esmtp,\
 pri=1, relay=mx., dsn=5.1.1, stat=User unknown
"""


def test_recipients_of_one_line_are_rows(
    reading: Callable[..., Any], rows: Callable[..., list[tuple[Any, ...]]]
) -> None:
    found = reading(LOG, year=2024)
    assert found.sources[0].format == "sendmail"
    assert rows(found) == [
        ("ann@corp.example", "gen@army.ml", None, Status.DELIVERED),
        ("ann@corp.example", "jane@gmail.com", None, Status.DELIVERED),
        ("ann@corp.example", "z@gone.example", None, Status.BOUNCED),
    ]


def test_a_line_that_is_cut_off_is_counted(reading: Callable[..., Any]) -> None:
    cut = LOG.splitlines()[1][:80] + "\n"
    assert reading(LOG + cut).sources[0].tally.skipped == 1
