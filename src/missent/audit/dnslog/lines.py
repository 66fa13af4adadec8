"""Text logs of BIND and PowerDNS, a question a line; Knot and NSD write theirs as dnstap alone.

- BIND, category `queries`: `25-Nov-2026 10:00:00.123 client @0x7f 192.0.2.1#5353 (army.ml): query:
  army.ml IN MX -E(0)D (198.51.100.1)`; also through syslog, and ISO 8601 times.
- PowerDNS, `log-dns-queries=yes`: `Nov 25 10:00:00 ns1 pdns_server[12]: Remote 192.0.2.1 wants
  'army.ml|MX', do = 0, bufsize = 1232 (4096): packetcache MISS`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from missent.audit.dnslog.interface import KINDS, Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LONGEST = 4096  # characters of a line; a name has 255
_MONTHS = {
    m: i
    for i, m in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d")
_BIND_DAY = re.compile(r"\b(\d\d)-([A-Z][a-z]{2})-(\d{4}) \d\d:\d\d")
_SYSLOG_DAY = re.compile(r"^(?:<\d+>)?([A-Z][a-z]{2}) +(\d{1,2}) \d\d:\d\d:\d\d\b")
_ADDRESS = r"(?P<client>[0-9a-fA-F:.]{2,45})"
_NAME = r"(?P<name>[^\s'|(),;]{1,255})"
_FORMS = (
    re.compile(rf"client (?:@\S+ )?{_ADDRESS}#\d+.*?: query: {_NAME} IN (?P<kind>[A-Z0-9]+)"),
    re.compile(rf"Remote {_ADDRESS}(?::\d+)? wants '{_NAME}\|(?P<kind>[A-Z0-9]+)'"),
)


class Reader:
    """Reads lines.

    Args:
        year: of stamps without one; later months than this one's are taken for the year before.

    Attributes:
        lines: how many were read.
        unread: how many of them tell of no question.
    """

    def __init__(self, today: datetime | None = None) -> None:
        self._today = today or datetime.now(UTC)
        self.lines = self.unread = 0

    def __call__(self, lines: Iterable[str]) -> Iterator[Query]:
        """The questions for mail servers and addresses, in their order."""
        for line in lines:
            self.lines += 1
            found = self._find(line[:_LONGEST])
            if found is None:
                self.unread += 1
                continue
            kind = found["kind"]
            if kind not in KINDS:
                continue
            name = found["name"].rstrip(".").lower()
            yield Query(self._day(line), found["client"], name, kind)

    def _find(self, line: str) -> re.Match[str] | None:
        return next((found for form in _FORMS if (found := form.search(line))), None)

    def _day(self, line: str) -> str:
        if found := _ISO.search(line):
            return found[1]
        if found := _BIND_DAY.search(line):
            return f"{found[3]}-{_MONTHS.get(found[2], 1):02}-{found[1]}"
        if found := _SYSLOG_DAY.search(line):
            month, day = _MONTHS.get(found[1], 1), int(found[2])
            year = self._today.year - ((month, day) > (self._today.month, self._today.day + 1))
            return f"{year}-{month:02}-{day:02}"
        return "unknown"
