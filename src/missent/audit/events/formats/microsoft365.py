"""Microsoft 365's message trace: the older CSV, that of V2, and the enhanced summary.

In the enhanced summary one row has all recipients: `a@b##Receive, Send;c@d##Receive, Fail`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missent.audit.events import values
from missent.audit.events.table import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.audit.events.interface import Head, ReadOptions, Sink, Source

_KNOWN: Final = {
    "received": "moment",
    "receiveddatetime": "moment",
    "origintimestamp": "moment",
    "date": "moment",
    "senderaddress": "sender",
    "recipientaddress": "recipient",
    "recipientstatus": "recipients",
    "status": "status",
    "messagetraceid": "trace",
    "id": "trace",
    "networkmessageid": "trace",
    "messageid": "message",
    "size": "octets",
    "totalbytes": "octets",
    **dict.fromkeys(
        [
            "subject",
            "messagesubject",
            "fromip",
            "toip",
            "startdate",
            "enddate",
            "index",
            "organization",
            "pscomputername",
            "runspaceid",
            "psshowcomputername",
            "directionality",
            "originalclientip",
            "customdata",
        ],
        "unused",
    ),
}
_D, _B, _F, _R, _P = (
    int(s)
    for s in (Status.DELIVERED, Status.BOUNCED, Status.DEFERRED, Status.REFUSED, Status.PASSED)
)
_SQL = f"""
WITH rows AS (
  SELECT *, {values.moment("moment")} AS began, coalesce(recipients, recipient) AS said
  FROM {{table}}
), told AS (
  SELECT *, CASE WHEN began IS NULL OR said IS NULL OR NOT contains(said, '@') THEN line END
    AS malformed
  FROM rows
), one AS (
  SELECT *, unnest(CASE WHEN malformed IS NOT NULL THEN [''] WHEN contains(said, '##')
    THEN string_split(said, ';') ELSE [said] END) AS part
  FROM told
), fates AS (
  SELECT *, lower(CASE WHEN contains(part, '##') THEN split_part(part, '##', 2) ELSE status END)
    AS fate FROM one
)
SELECT began, began AS ended, CASE WHEN sender = '<>' THEN '' ELSE lower(coalesce(sender, '')) END
    AS sender,
  lower(trim(split_part(part, '##', 1))) AS recipient, NULL AS via,
  CASE WHEN contains(fate, 'fail') THEN {_B}
    WHEN contains(fate, 'deliver') OR contains(fate, 'send') OR contains(fate, 'spam') THEN {_D}
    WHEN contains(fate, 'quarantine') THEN {_R} WHEN contains(fate, 'expand') THEN {_P}
    ELSE {_F} END AS status,
  {values.message("trace", "message", "line")} AS message, try_cast(octets AS BIGINT) AS octets,
  malformed
FROM fates WHERE malformed IS NOT NULL OR trim(part) <> ''
"""


class Microsoft365:
    """Message trace, as the portal and PowerShell export it."""

    name = "microsoft365"
    title = "Microsoft 365 message trace"

    def recognises(self, head: Head) -> bool:
        """Whether the headings are those of a message trace."""
        return values.is_table(head, ("senderaddress", "recipientaddress", "status")) or (
            values.is_table(head, ("senderaddress", "recipientstatus"))
        )

    def read(self, source: Source, options: ReadOptions, sink: Sink) -> Iterator[None]:  # noqa: ARG002
        """Read an export; see `Format`."""
        return values.read(source, sink, _KNOWN, _SQL)
