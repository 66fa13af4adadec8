"""Lines from standard input: bounded, decoded one by one, and at once when they come slowly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 4096  # octets; an address has 320 at most, with quotes and escapes not twice that
_CHUNK = 1 << 16


class Source(Protocol):
    """A binary stream such as `sys.stdin.buffer`."""

    def read1(self, size: int, /) -> bytes:
        """What is there, at most `size` octets; b"" at the end."""


def chunks(source: Source) -> Iterator[list[str | None]]:
    """The lines as they arrive: all that are there at once, then all that came meanwhile.

    A caller that flushes its output after each list answers a person line by line and a file at
    full speed.

    Args:
        source: the stream.

    Yields:
        The lines without their ends. None stands for one that is no UTF-8 or is longer than
        `LONGEST`: what cannot be an address is not kept.
    """
    rest = b""
    skipping = False
    while chunk := source.read1(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\n")
        lines = [_decode(line) for line in whole]
        if skipping and lines:
            lines[0] = None
            skipping = False
        if len(rest) > LONGEST:
            rest = b""
            skipping = True
        if lines:
            yield lines
    if rest or skipping:
        yield [None if skipping else _decode(rest)]


def _decode(line: bytes) -> str | None:
    if len(line) > LONGEST:
        return None
    try:
        return line.removesuffix(b"\r").decode("utf-8")
    except UnicodeDecodeError:
        return None
