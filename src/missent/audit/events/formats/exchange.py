"""Exchange's message tracking log: a row for each event, its recipients joined by `;`.

`#Fields:` names the columns, of which there were 21 in 2007 and 30 since 2016. A message passes
several servers; what counts is that it was sent or delivered, failed or was put off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missent.audit.events import values
from missent.audit.events.table import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.audit.events.interface import Head, ReadOptions, Sink, Source

_MARK: Final = "#Fields:"
_KNOWN: Final = {
    "datetime": "moment",
    "eventid": "event",
    "recipientaddress": "recipients",
    "senderaddress": "sender",
    "totalbytes": "octets",
    "messageid": "message",
    "networkmessageid": "network",
    "relatedrecipientaddress": "related",
    **dict.fromkeys(
        [
            "clientip",
            "clienthostname",
            "serverip",
            "serverhostname",
            "sourcecontext",
            "connectorid",
            "source",
            "internalmessageid",
            "recipientstatus",
            "recipientcount",
            "reference",
            "messagesubject",
            "returnpath",
            "messageinfo",
            "directionality",
            "tenantid",
            "originalclientip",
            "originalserverip",
            "customdata",
            "transporttraffictype",
            "logid",
            "schemaversion",
        ],
        "unused",
    ),
}
_D, _B, _F = (int(s) for s in (Status.DELIVERED, Status.BOUNCED, Status.DEFERRED))
_SQL = f"""
WITH rows AS (
  SELECT *, {values.moment("moment")} AS began FROM {{table}}
  WHERE upper(event) IN ('SEND', 'SENDEXTERNAL', 'DELIVER', 'FAIL', 'DEFER')
    OR event IS NULL OR NOT regexp_matches(event, '^[A-Za-z]+$')
), told AS (
  SELECT *, CASE WHEN began IS NULL OR NOT regexp_matches(event, '^[A-Za-z]+$')
      OR recipients IS NULL OR NOT contains(recipients, '@') THEN line END AS malformed
  FROM rows
)
SELECT began, began AS ended, CASE WHEN sender = '<>' THEN '' ELSE lower(coalesce(sender, '')) END
    AS sender,
  lower(trim(unnest(CASE WHEN malformed IS NULL THEN string_split(recipients, ';') ELSE [''] END)))
    AS recipient,
  NULL AS via,
  CASE upper(event) WHEN 'FAIL' THEN {_B} WHEN 'DEFER' THEN {_F} ELSE {_D} END AS status,
  {values.message("network", "message", "line")} AS message, try_cast(octets AS BIGINT) AS octets,
  malformed
FROM told
"""


class Exchange:
    """Exchange 2007 and newer."""

    name = "exchange"
    title = "Exchange message tracking"

    def recognises(self, head: Head) -> bool:
        """Whether `#Fields:` names the columns."""
        return values.is_table(head, ("eventid", "recipientaddress"), _MARK)

    def read(self, source: Source, options: ReadOptions, sink: Sink) -> Iterator[None]:  # noqa: ARG002
        """Read a log; see `Format`."""
        return values.read(source, sink, _KNOWN, _SQL, _MARK)
