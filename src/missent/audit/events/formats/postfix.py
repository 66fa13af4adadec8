"""Postfix's log, of one instance or of several, with short or long queue ids.

`smtpd` or `pickup` take a message in, `cleanup` names its Message-ID, `qmgr` its sender and size,
the delivery agents tell each recipient's fate, and `removed` ends it. What `smtpd` refuses for good
stands for itself, whether it had a queue id by then or not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from missent.audit.events import syslog
from missent.audit.events.table import (
    BEGIN,
    END,
    EXPIRED,
    FROM,
    IDENTITY,
    MALFORMED,
    TO,
    WHOLE,
    Status,
)
from missent.audit.sources.dates import SYSLOG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.audit.events.interface import Head, ReadOptions, Sink, Source

_LINE = re.compile(rf"{SYSLOG} \S+ postfix[^/\s\[]*/")
_D, _B, _F, _R, _P = (
    int(s)
    for s in (Status.DELIVERED, Status.BOUNCED, Status.DEFERRED, Status.REFUSED, Status.PASSED)
)
# What a line says in one number: its kind, and above that a recipient's fate. A relay on this host
# is a filter, which gives the message back under another queue id.
_TOLD = f"""CASE
  WHEN starts_with(said, 'to=<') THEN CASE
    WHEN NOT contains(said, '>, ') THEN {MALFORMED}
    WHEN contains(said, ', status=sent ') THEN {TO} + 8 *
      CASE WHEN contains(said, ', relay=127.') OR contains(said, ', relay=[::1]')
        OR contains(said, ', relay=localhost[') OR contains(said, ' (forwarded as ')
      THEN {_P} ELSE {_D} END
    WHEN contains(said, ', status=bounced ') THEN {TO} + 8 * {_B}
    WHEN contains(said, ', status=deliverable ') OR contains(said, ', status=undeliverable ')
    THEN NULL
    WHEN contains(said, ', status=') THEN {TO} + 8 * {_F} ELSE {MALFORMED} END
  WHEN starts_with(said, 'from=<') THEN CASE
    WHEN contains(said, ', size=') THEN {FROM}
    WHEN contains(said, ', status=expired') THEN {EXPIRED} ELSE {MALFORMED} END
  WHEN starts_with(said, 'message-id=') THEN {IDENTITY}
  WHEN said = 'removed' THEN {END}
  WHEN starts_with(said, 'client=') OR starts_with(said, 'uid=') THEN {BEGIN}
  WHEN said = 'reject' AND contains(line, ': reject: RCPT from ') AND contains(line, ': 5')
    AND contains(line, ' to=<') THEN {WHOLE} + 8 * {_R}
  WHEN {syslog.ODD} THEN {MALFORMED} END"""
_SQL = f"""
WITH cut AS ({syslog.lines("contains(line, ' postfix')")}),
told AS (SELECT *, {_TOLD} AS told FROM cut),
stamped AS (SELECT *, CASE WHEN told IS NOT NULL THEN {{began}} END AS began FROM told),
sorted AS (
  SELECT *, CASE WHEN began IS NULL AND told IS NOT NULL THEN {MALFORMED} ELSE told % 8 END AS kind
  FROM stamped
)
SELECT kind::TINYINT AS kind, CASE WHEN kind < {WHOLE} THEN hash({syslog.ORIGIN}, id) END AS key,
  began,
  CASE kind WHEN {TO} THEN lower(substr(said, 5, instr(said, '>') - 5))
    WHEN {FROM} THEN lower(substr(said, 7, instr(said, '>') - 7))
    WHEN {WHOLE} THEN lower(split_part(split_part(line, ' to=<', 2), '>', 1))
    WHEN {MALFORMED} THEN line END AS address,
  CASE WHEN kind = {TO} AND contains(said, '>, orig_to=<')
    THEN lower(split_part(split_part(said, '>, orig_to=<', 2), '>', 1))
    WHEN kind = {WHOLE} THEN lower(split_part(split_part(line, ' from=<', 2), '>', 1)) END AS other,
  CASE WHEN kind = {TO} OR kind = {WHOLE} THEN told // 8 END AS status,
  CASE WHEN kind = {IDENTITY} AND strlen(said) > 14 THEN (hash(said) >> 1)::BIGINT END AS message,
  CASE WHEN kind = {FROM}
    THEN try_cast(split_part(split_part(said, ', size=', 2), ',', 1) AS BIGINT) END AS octets
FROM sorted
"""


class Postfix:
    """Postfix 2.3 and newer."""

    name = "postfix"
    title = "Postfix log"

    def recognises(self, head: Head) -> bool:
        """Whether a line begins like one of Postfix's."""
        return any(_LINE.match(line) for line in head.lines())

    def read(self, source: Source, options: ReadOptions, sink: Sink) -> Iterator[None]:
        """Read a log; see `Format`."""
        return syslog.read(source, options, sink, _SQL)
