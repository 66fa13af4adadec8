"""Mailboxes of the mbox family: messages one after the other, each behind a line `From `."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from missent.audit.sources.dates import seconds
from missent.audit.sources.header import LONGEST
from missent.audit.sources.octets import lines
from missent.audit.sources.rfc5322 import BODY, Parsed, Stored

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from missent.audit.sources.interface import Event, Tally

_EMPTY = (b"\n", b"\r\n")
_TIME = re.compile(rb" \d?\d:\d\d\b")
# `From user@host Thu Jan  1 00:00:00 1998` in UTC (RFC 4155), or with a zone before or behind the
# year, as Google and old Unix have it.
_STAMP = re.compile(
    rb" [A-Z][a-z]{2},? (?P<month>[A-Z][a-z]{2}) +(?P<day>\d?\d) (?P<time>\d?\d:\d\d(?::\d\d)?)"
    rb"(?: [A-Z]{2,5})?(?: (?P<before>[+-]\d{4}))? (?P<year>\d{4})"
    rb"(?: (?P<after>[+-]\d{4}))?(?: [A-Z]{2,5}| remote from .*)?\s*$"
)
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:|>?From ")


def read(path: Path, tally: Tally, stored: Stored = Stored()) -> Iterator[Event]:  # noqa: B008
    """Read a mailbox, plain or compressed; see `Reader`.

    `stored` holds for all of its messages; the moments are those of their lines `From `.
    """
    message: _Message | None = None
    after_blank = True
    waiting: tuple[int, bytes] | None = None  # it begins a message if a header follows
    for number, line in lines(path, tally):
        if waiting is not None:
            if _FIELD.match(line):
                if message is not None and (event := message.event(tally)) is not None:
                    yield event
                message = _Message(*waiting, stored)
            else:
                _feed(message, *waiting, tally)
            waiting = None
        if line.startswith(b"From ") and _may_begin(line, message, after_blank=after_blank):
            waiting = number, line
        elif message is not None:
            message.feed(line)
        else:
            _feed(message, number, line, tally)
        after_blank = line in _EMPTY
    if waiting is not None:
        _feed(message, *waiting, tally)
    if message is not None and (event := message.event(tally)) is not None:
        yield event


def _may_begin(line: bytes, message: _Message | None, *, after_blank: bool) -> bool:
    """Whether a line `From ` may begin a message, and is not one of a text.

    RFC 4155 has it behind an empty line. Not every program quotes such a line in a text, nor leaves
    a line empty before it: then it must have a time of day, or all of the date.
    """
    if message is None:
        return True
    return (_TIME if after_blank else _STAMP).search(line) is not None


def _feed(message: _Message | None, number: int, line: bytes, tally: Tally) -> None:
    if message is not None:
        message.feed(line)
    elif line.strip():
        tally.skip(f"line {number}", "before the first line that begins with 'From '")


class _Message:
    """A message while its lines come in; only what is needed of it is kept."""

    def __init__(self, number: int, line: bytes, stored: Stored) -> None:
        self._where = f"line {number}"
        self._stored = stored._replace(at=_moment(line))
        self._header = bytearray()
        self._parsed: Parsed | None = None
        self._body = bytearray()

    def feed(self, line: bytes) -> None:
        if self._parsed is None:
            if line in _EMPTY:
                self._parsed = Parsed(bytes(self._header), self._stored)
            elif len(self._header) <= LONGEST:
                self._header += line
        elif len(self._body) < BODY and self._parsed.is_notice:
            self._body += line

    def event(self, tally: Tally) -> Event | None:
        parsed = self._parsed or Parsed(bytes(self._header), self._stored)
        return parsed.event(self._where, tally, bytes(self._body))


def _moment(line: bytes) -> int | None:
    found = _STAMP.search(line)
    if found is None:
        return None
    zone = found["before"] or found["after"] or b"+0000"
    date = b"%b %b %b %b %b" % (found["day"], found["month"], found["year"], found["time"], zone)
    return seconds(date.decode())
