"""Files as chunks of whole lines in UTF-8, whatever they are packed in."""

from __future__ import annotations

import codecs
from itertools import chain
from typing import TYPE_CHECKING, cast

from missent.audit.sources.octets import BROKEN, opened, start

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import BufferedReader
    from pathlib import Path

    from missent.audit.events.interface import Source
    from missent.audit.sources.interface import Tally

BLOCK = 1 << 18
CHUNK = 96 << 20  # octets of text that are read, joined and written at a time
_HEAD = 64 * 1024
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def head(path: Path) -> str:
    """The first 64 KiB of a file as text.

    Raises:
        OSError: it cannot be read.
    """
    with opened(path) as stream:
        octets = start(stream, _HEAD)
    return octets.decode(_encoding(octets), "replace")


def blocks(path: Path, tally: Tally) -> Iterator[bytes]:
    """The file unpacked, in UTF-8 and without carriage returns, in blocks of any length.

    Raises:
        EndsEarlyError: it is cut off or broken within its compression, after what was given.
        OSError: it cannot be read.
    """
    given = False
    decode = None
    with opened(path, tally) as stream:
        while True:
            try:
                # Not `read`: where it is cut off, it would lose what it has read so far.
                block = cast("BufferedReader", stream).read1(BLOCK)
            except BROKEN as error:
                raise EndsEarlyError(f"{path}: cut off or broken: {error}") from None
            if not block:
                return
            if not given:
                decode = _Decoder(_encoding(block))
                given = True
            if decode is not None:
                yield decode(block)


class EndsEarlyError(Exception):
    """A source that is cut off; what came before it stands."""


def chunks(source: Source, size: int = CHUNK) -> Iterator[Iterable[bytes]]:
    """Cut a file into chunks of whole lines, each of them unpacked while it is read.

    A source that is cut off within its compression ends with its last whole line, and says so.

    Args:
        source: the file; its tally counts what is read.
        size: of a chunk in octets, about.

    Yields:
        A chunk, to be read to its end before the next.
    """
    whole = _whole(source)
    for first in whole:
        yield chain((first,), _up_to(size - len(first), whole))


def texts(source: Source, size: int = CHUNK) -> Iterator[bytes]:
    """Cut a file likewise into whole rows, whose quoted fields may hold line ends."""
    waiting: list[bytes] = []
    octets = 0
    for lines in _whole(source):
        waiting.append(lines)
        octets += len(lines)
        if octets >= size:
            rows, rest = _cut(b"".join(waiting))
            if rows:
                yield rows
            waiting, octets = [rest], len(rest)
    rows, rest = b"".join(waiting), b""
    if source.broken:
        rows, rest = _cut(rows)
    if rest:
        _tell_cut_off(source, rest)
    if rows:
        yield rows


def _whole(source: Source) -> Iterator[bytes]:
    """Blocks of whole lines."""
    rest: list[bytes] = []
    try:
        for block in blocks(source.path, source.tally):
            place = block.rfind(b"\n") + 1
            if place:
                yield b"".join((*rest, block[:place]))
                rest.clear()
            rest.append(block[place:])
    except EndsEarlyError as error:
        source.broken = str(error)
        if any(rest):
            _tell_cut_off(source, b"".join(rest))
    else:
        if any(rest):
            yield b"".join((*rest, b"\n"))


def _up_to(octets: int, lines: Iterator[bytes]) -> Iterator[bytes]:
    while octets > 0 and (block := next(lines, b"")):
        octets -= len(block)
        yield block


def _cut(text: bytes) -> tuple[bytes, bytes]:
    """Whole rows, and what is left of the last one: a row ends outside of quotes."""
    place = text.rfind(b"\n") + 1
    while place and text.count(b'"', 0, place) % 2:
        place = text.rfind(b"\n", 0, place - 1) + 1
    return text[:place], text[place:]


def _tell_cut_off(source: Source, rest: bytes) -> None:
    source.tally.skip("end of the file", f"cut off: {rest[:80]!r}")


def _encoding(start: bytes) -> str:
    for mark, name in _BOMS:
        if start.startswith(mark):
            return name
    if start[1:2] == b"\x00" and start[3:4] == b"\x00":
        return "utf-16-le"
    return "utf-8"


class _Decoder:
    """Turns blocks into UTF-8: only what is not UTF-8 already costs more than a look."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._plain = encoding == "utf-8"

    def __call__(self, block: bytes) -> bytes:
        if not (self._plain and block.isascii() and not self._decoder.getstate()[0]):
            block = self._decoder.decode(block).encode("utf-8", "replace")
        if b"\r" in block:
            block = block.replace(b"\r", b"")
        if b"\x00" in block:
            block = block.replace(b"\x00", b"")
        return block
