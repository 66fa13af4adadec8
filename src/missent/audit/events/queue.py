"""Joins the lines of queue logs: who sent, to whom, and what became of it, by queue id.

A message lies under one queue id of one host, from being taken in to `removed`. Ids are used again
afterwards, so an id that ended and goes on is cut into its messages by time. What has not ended
when a chunk is over waits for the next, across files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missent.audit.events import table
from missent.audit.events.table import BEGIN, END, EXPIRED, FROM, MALFORMED, TO, WHOLE, Status

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PATIENCE: Final = 14 * 86_400  # seconds; Postfix gives up after 5 days, others after 7
_MOST_WAITING: Final = 1_000_000  # lines of messages that have not ended

_GROUPS = f"""
CREATE OR REPLACE TEMP TABLE groups AS
SELECT key, any_value(address) FILTER (kind = {FROM}) AS sender,
  any_value(message) AS message, max(octets) AS octets, min(began) AS began, max(began) AS last,
  count(*) FILTER (kind = {BEGIN}) AS begins, count(*) FILTER (kind = {END}) AS ends,
  max(began) FILTER (kind = {END}) AS ended, bool_or(kind = {EXPIRED}) AS expired,
  max(status) FILTER (kind = {FROM}) AS wanted,
  count(*) FILTER (kind = {TO} AND status <> {int(Status.DEFERRED)}) AS settled
FROM lines WHERE kind < {WHOLE} GROUP BY key
"""
_USED_AGAIN = "ends > 1 OR begins > 1 OR last > ended"
_CUT = f"""
CREATE OR REPLACE TEMP TABLE cut AS
WITH marked AS (
  SELECT lines.*, lag(kind) OVER (PARTITION BY key ORDER BY began, kind) AS before
  FROM lines SEMI JOIN (SELECT key FROM groups WHERE {_USED_AGAIN}) USING (key)
), numbered AS (
  SELECT *, sum(CASE WHEN before = {END} OR (kind = {BEGIN} AND before <> {BEGIN})
    THEN 1 ELSE 0 END)
    OVER (PARTITION BY key ORDER BY began, kind ROWS UNBOUNDED PRECEDING) AS number
  FROM marked
), told AS (
  SELECT *, bool_or(kind = {END}) OVER (PARTITION BY key, number) AS over,
    max(number) OVER (PARTITION BY key) AS newest
  FROM numbered
)
SELECT kind, CASE WHEN over OR number < newest THEN hash(key, number) ELSE key END AS key,
  began, address, other, status, message, octets
FROM told
"""
_EVENTS = f"""
SELECT l.began, l.ended, g.sender, l.address AS recipient, l.other AS via,
  CASE WHEN g.expired AND l.status = {int(Status.DEFERRED)}
    THEN {int(Status.BOUNCED)} ELSE l.status END::TINYINT AS status,
  coalesce(g.message, (hash(g.key, g.began) >> 1)::BIGINT) AS message, g.octets
FROM (
  SELECT key, address, other, min(began) AS began, max(began) AS ended, min(status) AS status
  FROM lines WHERE kind = {TO} GROUP BY key, address, other
) l JOIN groups g USING (key) WHERE {{over}}
UNION ALL
SELECT began, began, other, address, NULL, status::TINYINT,
  (hash(other, address, began) >> 1)::BIGINT, octets
FROM lines WHERE kind = {WHOLE}
"""
_WAITING = """
CREATE OR REPLACE TEMP TABLE waiting AS
SELECT lines.* FROM lines SEMI JOIN (SELECT key FROM groups g WHERE NOT ({over})) USING (key)
WHERE kind < {whole}
"""


class Queue:
    """The lines that wait for their message's end, and those of the chunk that is read."""

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self._run = connection.execute
        columns = ", ".join(f"{name} {kind}" for name, kind in table.LINES.items())
        self._run(f"CREATE OR REPLACE TEMP TABLE waiting ({columns})")

    def take(self, sql: str) -> tuple[int, list[str]]:
        """Read the lines that a query gives, beside those that wait.

        Returns:
            How many could not be read, and some of them.
        """
        self._run(f"CREATE OR REPLACE TEMP TABLE lines AS {sql}")
        # Left out here, not in the query: that would work out the kind of every line twice.
        self._run("DELETE FROM lines WHERE kind IS NULL")
        self._run("INSERT INTO lines SELECT * FROM waiting")
        bad = f"FROM lines WHERE kind = {MALFORMED}"
        found = self._run(f"SELECT count(*), list(address[:200])[:20] {bad}").fetchone()
        return (found[0], found[1] or []) if found else (0, [])

    def events(self, *, all_of_them: bool = False) -> str:
        """A query for the messages that have ended; `drop` forgets them."""
        self._run(_GROUPS)
        again = self._run(f"SELECT count(*) FROM groups WHERE {_USED_AGAIN}").fetchone()
        if again and again[0]:
            self._run(_CUT)
            self._run(
                f"DELETE FROM lines WHERE key IN (SELECT key FROM groups WHERE {_USED_AGAIN})"
            )
            self._run("INSERT INTO lines SELECT * FROM cut")
            self._run(_GROUPS)
        self._over = "true" if all_of_them else self._ended()
        return _EVENTS.format(over=self._over)

    def _ended(self) -> str:
        over = "g.ends > 0 OR g.settled >= g.wanted"
        found = self._run(
            f"SELECT max(last), count(*) FILTER (NOT coalesce({over}, false)) FROM groups g"
        ).fetchone()
        newest, waiting = found or (None, 0)
        patience = _PATIENCE if waiting <= _MOST_WAITING else _PATIENCE // 14
        return f"coalesce({over}, false) OR g.last < {(newest or 0) - patience}"

    def drop(self) -> None:
        """Keep only the lines of messages that have not ended."""
        self._run(_WAITING.format(over=self._over, whole=WHOLE))
