"""Years and zones for stamps that have none, such as `Jan  2 03:04:05` (RFC 3164).

Such a log is in the order of time, so its year changes where the months go back from December to
January. Its last line was written at or before the date in the file's name, or else the file's own
time; from there the years are counted backwards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from missent.audit.events.text import EndsEarlyError, blocks
from missent.audit.sources.interface import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from missent.audit.events.interface import ReadOptions

SHORT = re.compile(rb"(?:<\d{1,3}>)?([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d)(?:\.\d+)? ")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)(?!\d)")
_MONTHS = {
    m: n for n, m in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)
}
_STEP = 64 * 1024  # octets between two looks at a large file: so much is less than a year's log
_SMALL = 32 << 20
_DAY = 86_400
_BACK = 3  # months: what goes back by more is a new year, by less a line that came late


def local_zone() -> ZoneInfo:
    """This machine's zone."""
    try:
        return ZoneInfo("localtime")
    except (OSError, ValueError, KeyError):
        return ZoneInfo("UTC")


@dataclass(slots=True)
class Years:
    """Follows the months of a log, line by line or in larger steps."""

    last: tuple[int, int] = (0, 0)
    turns: int = 0

    def see(self, line: bytes) -> int:
        """How often the year has changed up to a line, less where an old line came late."""
        found = SHORT.match(line)
        month = _MONTHS.get(found[1], 0) if found else 0
        if found is None or not month:
            return self.turns
        day = month, int(found[2])
        if day == (12, 31) and self.last == (1, 1):
            return self.turns - 1
        if self.last[0] - month > _BACK:
            self.turns += 1
        self.last = day
        return self.turns


def last_year(path: Path, options: ReadOptions, zone: ZoneInfo) -> tuple[int, int]:
    """The year of a log's last line, and how often the year changes within it.

    Raises:
        OSError: it cannot be read.
    """
    years, last = Years(), b""
    small = path.stat().st_size < _SMALL
    try:
        for block in blocks(path, Tally()):
            for line in _looks(block, 0 if small else _STEP):
                if SHORT.match(line):
                    years.see(line)
                    last = line
    except EndsEarlyError:
        pass  # it is told when the file is read
    if options.year:
        return options.year, years.turns
    return _year_before(last, _written(path, zone)), years.turns


def _looks(block: bytes, step: int) -> Iterator[bytes]:
    """Beginnings of lines in a block: of all, or of one in each step and of the last."""
    place = 0
    while place < len(block):
        yield block[place : place + 40]
        end = block.find(b"\n", place + step)
        if end < 0:
            end = block.rfind(b"\n", place, len(block) - 1) if step else -1
            if end >= 0 and end + 1 > place:
                yield block[end + 1 : end + 41]
            return
        place = end + 1


def _written(path: Path, zone: ZoneInfo) -> datetime:
    named = _DATE.search(path.name)
    if named:
        year, month, day = map(int, named.groups())
        try:
            return datetime(year, month, day) + timedelta(days=1)  # noqa: DTZ001  local, as the log
        except ValueError:
            pass
    written = datetime.fromtimestamp(path.stat().st_mtime, zone).replace(tzinfo=None)
    return written + timedelta(days=1)  # clocks differ


def _year_before(line: bytes, moment: datetime) -> int:
    found = SHORT.match(line)
    if not found:
        return moment.year
    month, day = _MONTHS.get(found[1], 1), int(found[2])
    return moment.year if (month, day) <= (moment.month, moment.day) else moment.year - 1


def by_year(
    chunks: Iterable[Iterable[bytes]], last: int, turns: int
) -> Iterator[tuple[int, Iterable[bytes]]]:
    """Cut chunks where the year changes.

    Args:
        chunks: of whole lines.
        last: the year of the last line.
        turns: how often the year changes.
    """
    if not turns:
        for chunk in chunks:
            yield last, chunk
        return
    years = Years()
    for chunk in chunks:
        text = b"".join(chunk)
        begin, turned = 0, years.turns
        for place in _lines(text):
            now = years.see(text[place : place + 40])
            if now > turned:
                if place > begin:
                    yield last - turns + turned, [text[begin:place]]
                begin, turned = place, now
        yield last - turns + turned, [text[begin:]]


def _lines(text: bytes) -> Iterator[int]:
    """Where lines begin, those of the turn of the year at least."""
    place = 0
    while True:
        yield place
        place = text.find(b"\n", place) + 1
        if not place or place >= len(text):
            return


def _ahead(local: int, zone: ZoneInfo) -> int:
    """How far local seconds are ahead of UTC."""
    moment = datetime.fromtimestamp(local, UTC).replace(tzinfo=zone)
    return int((moment.utcoffset() or timedelta()).total_seconds())


@lru_cache(maxsize=256)
def to_utc(moment: str, year: int, zone: ZoneInfo) -> str:
    """SQL for local seconds of one year, counted as if they were UTC, in seconds since the epoch.

    Args:
        moment: the SQL of the local seconds.
        year: the year that they lie in.
        zone: whose local time it is.
    """
    start = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
    changes = [(start, _ahead(start, zone))]
    for day in range(start, start + 366 * _DAY, _DAY):
        if _ahead(day + _DAY, zone) != changes[-1][1]:
            for hour in range(day, day + _DAY + 1, 3600):
                if (ahead := _ahead(hour, zone)) != changes[-1][1]:
                    changes.append((hour, ahead))
    cases = " ".join(f"WHEN {moment} >= {since} THEN {ahead}" for since, ahead in changes[:0:-1])
    first = changes[0][1]
    return f"({moment} - {f'CASE {cases} ELSE {first} END' if cases else first})"
