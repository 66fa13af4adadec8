"""SQL that the logs written through syslog share: their lines made alike, and their stamps read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from missent.audit.events.stamps import SHORT, by_year, last_year, local_zone, to_utc
from missent.audit.events.text import chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from missent.audit.events.interface import ReadOptions, Sink, Source

# RFC 5424 6: `<34>1 STAMP HOST APP PROCID MSGID [DATA] TEXT`, in the older shape.
_RFC5424 = r"'^(?:<\d{1,3}>)?1 (\S+) (\S+) (\S+) (\S+) \S+ (?:-|(?:\[(?:[^\]\\]|\\.)*\])+) ?(.*)$'"
_ALIKE = rf"""CASE WHEN starts_with(line, '<') OR starts_with(line, '1 ') THEN
    CASE WHEN regexp_matches(line, {_RFC5424})
      THEN regexp_replace(line, {_RFC5424}, '\1 \2 \3[\4]: \5')
      ELSE regexp_replace(line, '^<\d{{1,3}}>', '') END
  ELSE line END"""
ODD = "line[4] <> ' ' AND line[11] <> 'T' AND NOT starts_with(line, '<') AND line <> ''"
"""Whether no syslog can have written a line: it begins with no stamp."""
_AHEAD = re.compile(
    rb"(?:<\d{1,3}>)?(?:1 )?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d) "
)


def lines(wanted: str) -> str:
    """A query for the lines of a program, and those that no syslog can have written.

    Columns: `line`; `head`, `id` and `said`, what stands before, between and after the first two
    colons.

    Args:
        wanted: a condition on `line`, cheap to test.
    """
    return f"""
SELECT line, parts[1] AS head, coalesce(parts[2], '') AS id, coalesce(parts[3], '') AS said
FROM (
  SELECT line, string_split(line, ': ') AS parts
  FROM (SELECT {_ALIKE} AS line FROM {{source}} WHERE {wanted} OR ({ODD}))
)
"""


# The host and what comes before the first slash: `mx1 postfix`, `mx1 postfix-out`.
_SLASH, _BLANK = "instr(head, '/')", "instr(head, ' ')"
ORIGIN = (
    f"CASE WHEN line[4] = ' ' THEN substr(head, 17, greatest({_SLASH} - 17, 0))"
    f" ELSE substr(head, {_BLANK} + 1, greatest({_SLASH} - {_BLANK} - 1, 0)) END"
)


def began(year: str, to_utc_sql: str, endings: Iterable[tuple[int, str]] = ()) -> str:
    """SQL for the seconds of a line's stamp, NULL where it has none.

    Args:
        year: of stamps that have none, as SQL.
        to_utc_sql: of their local seconds, with a place for `{local}`.
        endings: how stamps with a year mostly end; see `_endings`.
    """
    short = f"epoch(try_strptime({year} || ' ' || left(line, 15), '%Y %b %d %H:%M:%S'))::BIGINT"
    plain = "epoch(try_cast(left(line, 19) AS TIMESTAMP))::BIGINT"
    known = "".join(
        f" WHEN substr(line, {place}, {len(text)}) = '{text}' THEN {plain} - {_seconds(text)}"
        for place, text in endings
    )
    return (
        f"CASE WHEN line[4] = ' ' THEN {to_utc_sql.format(local=short)}{known} WHEN line[11] = 'T'"
        " THEN floor(epoch(try_cast(split_part(head, ' ', 1) AS TIMESTAMPTZ)))::BIGINT END"
    )


def _endings(chunk: Iterable[bytes]) -> set[tuple[int, str]]:
    """Where in its line a zone stands and what it is, of a line of each block.

    What these stamps say is worked out in a fourth of the time that any others take.
    """
    found = filter(None, map(_AHEAD.match, chunk))
    return {(20 + len(one[1] or b""), one[2].decode() + " ") for one in found}


def _seconds(zone: str) -> int:
    if zone.startswith("Z"):
        return 0
    sign = -1 if zone[0] == "-" else 1
    return sign * (int(zone[1:3]) * 60 + int(zone[4:6])) * 60


def read(source: Source, options: ReadOptions, sink: Sink, sql: str) -> Iterator[None]:
    """Read a log of syslog's; `sql` has places for `{began}`, besides that of the sink."""
    zone = options.zone or local_zone()
    year, turns = 1970, 0
    if has_short_stamps(source):
        year, turns = last_year(source.path, options, zone)
    for this_year, chunk in by_year(chunks(source), year, turns):
        local = to_utc("{local}", this_year, zone)
        moment = began(f"'{this_year}'", local, sorted(_endings(chunk)))
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
