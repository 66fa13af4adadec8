"""Exim's main log: `DATE TIME [ZONE] [PID] ID FLAG ...`, with ids of 16 or 23 characters.

`<=` takes a message in, `=>`, `->` and `>>` deliver it, `**` gives up, `==` puts off, `Completed`
ends it. Stamps without a zone are local (`log_timezone` is off by default).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from missent.audit.events.table import END, FROM, MALFORMED, TO, Status
from missent.audit.events.text import chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.audit.events.interface import Head, ReadOptions, Sink, Source

_LINE = (
    r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)(?: ([+-]\d\d)(\d\d))?(?: \[\d+\])?"
    r" ([0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4})"
    r" (<=|=>|->|>>|\*\*|==|Completed)(?: (.*))?$"
)
_PLAIN = re.compile(_LINE)
_D, _B, _F = (int(s) for s in (Status.DELIVERED, Status.BOUNCED, Status.DEFERRED))
_STAMP = r"'^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d'"
_SQL = rf"""
WITH cut AS (
  SELECT line, regexp_extract(line, '{_LINE}', ['stamp', 'hours', 'minutes', 'id', 'flag', 'rest'])
    AS m FROM {{source}} WHERE line <> ''
), told AS (
  SELECT line, m.id AS id, m.rest AS rest, m.flag AS flag,
    rtrim(split_part(m.rest, ' ', 1), ':') AS first,
    CASE WHEN split_part(m.rest, ' ', 2) LIKE '<%>%'
      THEN split_part(split_part(m.rest, '<', 2), '>', 1) END AS bracketed,
    floor(epoch(try_cast(m.stamp || CASE WHEN m.hours = '' THEN ''
      ELSE m.hours || ':' || m.minutes END AS TIMESTAMPTZ)))::BIGINT AS began,
    CASE WHEN m.flag = '<=' THEN {FROM} WHEN m.flag = 'Completed' THEN {END}
      WHEN m.flag <> '' THEN {TO}
      WHEN NOT regexp_matches(line, {_STAMP}) THEN {MALFORMED} END AS told
  FROM cut
), addressed AS (
  SELECT *, CASE WHEN told IS NOT NULL AND (began IS NULL OR (told = {TO} AND first = ''))
      THEN {MALFORMED} ELSE told END AS kind,
    lower(CASE WHEN told = {FROM} AND first = '<>' THEN ''
      WHEN told = {FROM} OR contains(first, '@') OR bracketed IS NULL THEN first
      ELSE bracketed END) AS address
  FROM told
)
SELECT kind::TINYINT AS kind, hash(id) AS key, began,
  CASE WHEN kind = {MALFORMED} THEN line ELSE address END AS address,
  CASE WHEN kind = {TO} AND lower(bracketed) <> address THEN lower(bracketed) END AS other,
  CASE WHEN kind = {TO} THEN CASE flag WHEN '**' THEN {_B} WHEN '==' THEN {_F} ELSE {_D} END END
    AS status,
  CASE WHEN kind = {FROM} AND contains(rest, ' id=')
    THEN (hash(split_part(split_part(rest, ' id=', 2), ' ', 1)) >> 1)::BIGINT END AS message,
  CASE WHEN kind = {FROM} AND contains(rest, ' S=')
    THEN try_cast(split_part(split_part(rest, ' S=', 2), ' ', 1) AS BIGINT) END AS octets
FROM addressed
"""


class Exim:
    """Exim 4."""

    name = "exim"
    title = "Exim main log"

    def recognises(self, head: Head) -> bool:
        """Whether a line begins like one about a message."""
        return any(_PLAIN.match(line) for line in head.lines())

    def read(self, source: Source, options: ReadOptions, sink: Sink) -> Iterator[None]:  # noqa: ARG002
        """Read a log; see `Format`."""
        for chunk in chunks(source):
            sink.lines(chunk, _SQL)
            yield
