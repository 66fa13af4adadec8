"""Mailboxes of the mbox family: messages one after the other, each behind a line `From `."""

from __future__ import annotations

import re
import time
from calendar import timegm
from typing import TYPE_CHECKING

from missent.audit.sources.octets import lines
from missent.audit.sources.rfc5322 import BODY, HEADER, Parsed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from missent.audit.sources.interface import Event, Tally

_TIME = re.compile(rb" \d?\d:\d\d\b")


def read(path: Path, tally: Tally) -> Iterator[Event]:
    """Read a mailbox, plain or compressed; see `Reader`."""
    message: _Message | None = None
    after_blank = True
    for number, line in lines(path, tally):
        # RFC 4155: it begins a message behind an empty line only. Not every program quotes such a
        # line in a text, so it must have a time of day as well.
        if after_blank and line.startswith(b"From ") and (message is None or _TIME.search(line)):
            if message is not None and (event := message.event(tally)) is not None:
                yield event
            message = _Message(number, line)
        elif message is not None:
            message.feed(line)
        elif line.strip():
            tally.skip(f"line {number}", "before the first line that begins with 'From '")
        after_blank = line in {b"\n", b"\r\n"}
    if message is not None and (event := message.event(tally)) is not None:
        yield event


class _Message:
    """A message while its lines come in; only what is needed of it is kept."""

    def __init__(self, number: int, line: bytes) -> None:
        self._where = f"line {number}"
        self._at = _moment(line)
        self._header = bytearray()
        self._parsed: Parsed | None = None
        self._body = bytearray()

    def feed(self, line: bytes) -> None:
        if self._parsed is None:
            if line in {b"\n", b"\r\n"}:
                self._parsed = Parsed(bytes(self._header), self._at)
            elif len(self._header) < HEADER:
                self._header += line
        elif len(self._body) < BODY and self._parsed.is_notice:
            self._body += line

    def event(self, tally: Tally) -> Event | None:
        parsed = self._parsed or Parsed(bytes(self._header), self._at)
        return parsed.event(self._where, tally, bytes(self._body))


def _moment(line: bytes) -> int | None:
    """`From user@host Thu Jan  1 00:00:00 1998`, in UTC (RFC 4155)."""
    words = line.decode("latin-1").split()[-5:]
    try:
        return max(timegm(time.strptime(" ".join(words), "%a %b %d %H:%M:%S %Y")), 1)
    except (ValueError, OverflowError):
        return None
