"""SQL that the logs written through syslog share: their lines made alike, and their stamps read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.audit.events.stamps import SHORT, by_year, last_year, local_zone, to_utc
from missent.audit.events.text import chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.audit.events.interface import ReadOptions, Sink, Source

# RFC 5424 6: `<34>1 STAMP HOST APP PROCID MSGID [DATA] TEXT`, in the older shape. Whether a line
# begins so is asked by its place among texts, which costs half of what `starts_with` does.
_RFC5424 = r"'^(?:<\d{1,3}>)?1 (\S+) (\S+) (\S+) (\S+) \S+ (?:-|(?:\[(?:[^\]\\]|\\.)*\])+) ?(.*)$'"
_ALIKE = rf"""CASE WHEN line < '19' OR line >= '<' AND line < '=' THEN
    CASE WHEN regexp_matches(line, {_RFC5424})
      THEN regexp_replace(line, {_RFC5424}, '\1 \2 \3[\4]: \5')
      ELSE regexp_replace(line, '^<\d{{1,3}}>', '') END
  ELSE line END"""
ODD = (
    "line[4] <> ' ' AND line[11] <> 'T' AND NOT starts_with(line, '<') AND line <> ''"
    " AND NOT starts_with(line, '-- ')"
)
"""Whether no syslog can have written a line: it begins with no stamp, and is not what journalctl
says between the lines, such as `-- Boot 4f2a... --`."""
# A stamp without a year ends at its seconds, or has a fraction of them: `Jan  2 03:04:05.678901`.
_HOST = """CASE WHEN line[4] <> ' ' THEN instr(head, ' ') + 1
    WHEN line[16] = ' ' THEN 17 ELSE 16 + instr(substr(line, 16, 16), ' ') END"""


def lines(wanted: str) -> str:
    """A query for the lines of a program, and those that no syslog can have written.

    Columns: `line`; `head`, `id` and `said`, what stands before, between and after the first two
    colons; `host`, where in the head the host begins, behind a stamp of either kind.

    Args:
        wanted: a condition on `line`, cheap to test.
    """
    return f"""
SELECT *, {_HOST} AS host
FROM (
  SELECT line, parts[1] AS head, coalesce(parts[2], '') AS id, coalesce(parts[3], '') AS said
  FROM (
    SELECT line, string_split(line, ': ') AS parts
    FROM (SELECT {_ALIKE} AS line FROM {{source}} WHERE {wanted} OR ({ODD}))
  )
)
"""


ORIGIN = "substr(head, host, greatest(instr(head, '/') - host, 0))"
"""The host and what comes before the first slash: `mx1 postfix`, `mx1 postfix-out`."""


def _began(year: str, to_utc_sql: str) -> str:
    """SQL for the seconds of a line's stamp, NULL where it has none.

    Args:
        year: of stamps that have none, as SQL.
        to_utc_sql: of their local seconds, with a place for `{local}`.
    """
    short = f"epoch(try_strptime({year} || ' ' || left(line, 15), '%Y %b %d %H:%M:%S'))::BIGINT"
    return (
        f"CASE WHEN line[4] = ' ' THEN {to_utc_sql.format(local=short)} WHEN line[11] = 'T'"
        " THEN floor(epoch(try_cast(left(head, host - 2) AS TIMESTAMPTZ)))::BIGINT END"
    )


def read(source: Source, options: ReadOptions, sink: Sink, sql: str) -> Iterator[None]:
    """Read a log of syslog's; `sql` has places for `{began}`, besides that of the sink."""
    zone = options.zone or local_zone()
    year, turns = 1970, 0
    if has_short_stamps(source):
        year, turns = last_year(source.path, options, zone)
    for this_year, chunk in by_year(chunks(source), year, turns):
        moment = _began(f"'{this_year}'", to_utc("{local}", this_year, zone))
        sink.lines(chunk, sql.replace("{began}", moment))
        yield


def has_short_stamps(source: Source) -> bool:
    """Whether the first line with a stamp has no year in it."""
    from missent.audit.events.text import head  # noqa: PLC0415

    for line in head(source.path).encode().splitlines():
        if SHORT.match(line):
            return True
        if line[:4].isdigit() or line.startswith((b"<", b"1 ")):
            return False
    return False
