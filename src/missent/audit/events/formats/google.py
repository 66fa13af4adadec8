"""Google Workspace's email log: the CSV of the admin console, and the JSON of BigQuery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missent.audit.events import values
from missent.audit.events.table import Status
from missent.audit.events.text import chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.audit.events.interface import Head, ReadOptions, Sink, Source

_KNOWN: Final = {
    "messageid": "message",
    "startdate": "moment",
    "sender": "sender",
    "recipientaddress": "recipient",
    "messagesize": "octets",
    "eventstatus": "status",
    **dict.fromkeys(
        [
            "enddate",
            "subject",
            "direction",
            "attachments",
            "eventtarget",
            "eventdate",
            "eventsmtpreplycode",
            "clienttype",
            "deviceid",
            "devicesession",
            "eventipaddress",
            "eventrejectreason",
        ],
        "unused",
    ),
}
_D, _B, _F, _P = (
    int(s) for s in (Status.DELIVERED, Status.BOUNCED, Status.DEFERRED, Status.PASSED)
)
_FATE = f"""CASE WHEN contains(fate, 'bounce') OR contains(fate, 'reject') OR contains(fate, 'fail')
    OR contains(fate, 'drop') THEN {_B}
  WHEN contains(fate, 'defer') OR contains(fate, 'retry') THEN {_F}
  WHEN contains(fate, 'deliver') OR contains(fate, 'sent') OR contains(fate, 'insert') THEN {_D}
  ELSE {_P} END"""
_CSV = f"""
WITH rows AS (
  SELECT *, {values.moment("moment")} AS began, lower(coalesce(status, '')) AS fate FROM {{table}}
)
SELECT began, began AS ended, lower(coalesce(sender, '')) AS sender, lower(recipient) AS recipient,
  NULL AS via, {_FATE} AS status, {values.message("message", "line")} AS message,
  try_cast(octets AS BIGINT) AS octets,
  CASE WHEN began IS NULL OR recipient IS NULL OR NOT contains(recipient, '@') THEN line END
    AS malformed
FROM rows
"""
_JSON = f"""
WITH rows AS (
  SELECT line, json, json ->> '$.message_info.source.address' AS sender,
    json_extract_string(json, '$.message_info.destination[*].address') AS recipients,
    try_cast(json ->> '$.event_info.timestamp_usec' AS BIGINT) // 1000000 AS began,
    coalesce(json ->> '$.message_info.rfc2822_message_id', json ->> '$.message_info.message_id')
      AS message,
    try_cast(json ->> '$.message_info.connection_info.smtp_reply_code' AS INT) AS reply,
    json ->> '$.event_info.success' AS success
  FROM {{source}} WHERE line <> ''
), told AS (
  SELECT *, CASE WHEN json IS NULL OR began IS NULL OR len(coalesce(recipients, [])) = 0
    THEN line END AS malformed FROM rows
)
SELECT began, began AS ended, lower(coalesce(sender, '')) AS sender,
  lower(unnest(CASE WHEN malformed IS NULL THEN recipients ELSE [''] END)) AS recipient,
  NULL AS via, CASE WHEN reply >= 500 THEN {_B} WHEN reply >= 400 THEN {_F}
    WHEN success = 'false' THEN {_B} ELSE {_D} END AS status,
  {values.message("message", "line")} AS message,
  try_cast(json ->> '$.message_info.payload_size' AS BIGINT) AS octets, malformed
FROM told
"""


class Google:
    """The export of the admin console."""

    name = "google"
    title = "Google Workspace email log"

    def recognises(self, head: Head) -> bool:
        """Whether the headings are those of the export."""
        return values.is_table(head, ("messageid", "sender", "recipientaddress", "eventstatus"))

    def read(self, source: Source, options: ReadOptions, sink: Sink) -> Iterator[None]:  # noqa: ARG002
        """Read an export; see `Format`."""
        return values.read(source, sink, _KNOWN, _CSV)


class GoogleBigQuery:
    """The daily tables of BigQuery, exported as JSON Lines."""

    name = "google-bigquery"
    title = "Google Workspace log of BigQuery"

    def recognises(self, head: Head) -> bool:
        """Whether the first object is one of them."""
        start = head.text.lstrip()[:4096]
        return start.startswith("{") and '"message_info"' in start and '"event_info"' in start

    def read(self, source: Source, options: ReadOptions, sink: Sink) -> Iterator[None]:  # noqa: ARG002
        """Read an export; see `Format`."""
        for chunk in chunks(source):
            sink.objects(chunk, _JSON)
            yield
