"""Sendmail's log: `from=` names the sender and how many recipients, each `to=` one or more of them.

No line says that a message left the queue: it has when as many recipients were settled.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from missent.audit.events import syslog
from missent.audit.events.table import FROM, MALFORMED, TO, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.audit.events.interface import Head, ReadOptions, Sink, Source

_LINE = re.compile(r".{12,60} (?:sendmail|sm-mta|sm-msp-queue)\[\d+\]: [0-9A-Za-z]{8,}: ")
_D, _B, _F, _P = (
    int(s) for s in (Status.DELIVERED, Status.BOUNCED, Status.DEFERRED, Status.PASSED)
)
_WANTED = (
    "(contains(line, ' sendmail[') OR contains(line, ' sm-mta[')"
    " OR contains(line, ' sm-msp-queue['))"
)
_SQL = f"""
WITH cut AS ({syslog.lines(_WANTED)}),
told AS (
  SELECT *, CASE WHEN starts_with(said, 'from=') THEN
      CASE WHEN contains(said, ', nrcpts=') THEN {FROM} ELSE {MALFORMED} END
    WHEN starts_with(said, 'to=') THEN
      CASE WHEN contains(said, ', stat=') THEN {TO} ELSE {MALFORMED} END
    WHEN {syslog.ODD} THEN {MALFORMED} END AS told
  FROM cut
), stamped AS (
  SELECT *, CASE WHEN told IS NOT NULL THEN {{began}} END AS began,
    CASE WHEN told = {TO} THEN split_part(split_part(said, ', dsn=', 2), '.', 1) END AS class
  FROM told
), sorted AS (
  SELECT *, CASE WHEN began IS NULL AND told IS NOT NULL THEN {MALFORMED} ELSE told END AS sort
  FROM stamped
), named AS (
  SELECT *, unnest(CASE sort WHEN {TO} THEN
      string_split(regexp_extract(said, '^to=(.*?), [a-z]+=', 1), ',')
    WHEN {FROM} THEN [split_part(substr(said, 6), ', size=', 1)]
    WHEN {MALFORMED} THEN [line] END) AS named
  FROM sorted
), addressed AS (
  SELECT *, CASE WHEN sort <> {TO} OR contains(named, '@') THEN sort END AS kind FROM named
)
SELECT kind::TINYINT AS kind,
  CASE WHEN kind < {MALFORMED} THEN hash(split_part(substr(line, host), ' ', 1), id) END AS key,
  began,
  CASE WHEN kind = {MALFORMED} THEN line ELSE lower(trim(named, ' <>')) END AS address,
  NULL AS other,
  CASE WHEN kind = {FROM}
    THEN try_cast(split_part(split_part(said, ', nrcpts=', 2), ',', 1) AS INT)
    WHEN kind = {TO} THEN CASE
      WHEN class = '2' AND (contains(said, 'relay=[127.') OR contains(said, 'relay=localhost'))
      THEN {_P} WHEN class = '2' OR contains(said, ', stat=Sent') THEN {_D}
      WHEN class = '5' THEN {_B} ELSE {_F} END END AS status,
  CASE WHEN kind = {FROM} AND contains(said, ', msgid=')
    THEN (hash(split_part(split_part(said, ', msgid=', 2), ',', 1)) >> 1)::BIGINT END AS message,
  CASE WHEN kind = {FROM}
    THEN try_cast(split_part(split_part(said, ', size=', 2), ',', 1) AS BIGINT) END AS octets
FROM addressed
"""


class Sendmail:
    """Sendmail 8."""

    name = "sendmail"
    title = "Sendmail log"

    def recognises(self, head: Head) -> bool:
        """Whether a line begins like one of Sendmail's."""
        return any(_LINE.match(line) for line in head.lines())

    def read(self, source: Source, options: ReadOptions, sink: Sink) -> Iterator[None]:
        """Read a log; see `Format`."""
        return syslog.read(source, options, sink, _SQL)
