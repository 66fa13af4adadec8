"""Lines of a file, plain or compressed, none of them longer than a bound."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import zlib
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import zstandard

    from missent.audit.sources.interface import Tally

_LINE = 16 * 1024 * 1024
_BUFFER = 1 << 18
_STEP = 4096  # packed octets at a time: at worst they unpack to 128 MiB
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_XZ = b"\xfd7zXZ\x00"
_BZIP2 = re.compile(rb"BZh[1-9]")
BROKEN = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)
"""What is raised where packed octets are damaged or end early."""
_UTF8 = codecs.BOM_UTF8
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@contextmanager
def opened(path: Path, tally: Tally | None = None) -> Iterator[BinaryIO]:
    """Open a file for reading, decompressed by what its first octets say, not by its name.

    Raises:
        OSError: it cannot be opened, or it is zstd and the `zstd` extra is not installed.
    """
    with ExitStack() as stack:
        raw = stack.enter_context(path.open("rb", buffering=0))
        buffered = io.BufferedReader(_Counted(raw, tally), _BUFFER)
        magic, packed = buffered.peek(6)[:6], cast("BinaryIO", buffered)
        if magic[:2] == _GZIP:
            steps: io.RawIOBase = _Stepwise(stack.enter_context(gzip.GzipFile(fileobj=buffered)))
        elif magic == _XZ:
            steps = _Stepwise(stack.enter_context(lzma.LZMAFile(packed)))
        elif _BZIP2.match(magic):
            steps = _Stepwise(stack.enter_context(bz2.BZ2File(packed)))
        elif magic[:4] == _ZSTD:
            steps = _zstd(path, packed)
        else:
            yield packed
            return
        yield cast("BinaryIO", io.BufferedReader(steps, _BUFFER))


@contextmanager
def texts(path: Path, tally: Tally | None = None) -> Iterator[BinaryIO]:
    """Open a file as `opened` does, without its byte order mark; UTF-16 becomes UTF-8."""
    with opened(path, tally) as stream:
        buffered = cast("io.BufferedReader", stream)
        try:
            mark = buffered.peek(3)[:3]
        except BROKEN as error:
            raise OSError(f"{path}: broken compression at its beginning: {error}") from None
        if mark[:2] in _UTF16:
            yield cast("BinaryIO", io.BufferedReader(_Utf16(buffered), _BUFFER))
            return
        if mark == _UTF8:
            buffered.read(3)
        yield stream


def start(stream: BinaryIO, octets: int) -> bytes:
    """The first octets of a stream; of one whose compression breaks, those before that."""
    found = b""
    try:
        while len(found) < octets and (
            block := cast("io.BufferedReader", stream).read1(octets - len(found))
        ):
            found += block
    except BROKEN:
        pass  # what there is may be enough to tell
    return found


def lines(path: Path, tally: Tally) -> Iterator[tuple[int, bytes]]:
    """Give the lines of a file with their numbers, from 1; one above 16 MiB is skipped.

    A broken compression ends the file; the tally says so.

    Raises:
        OSError: the file cannot be read.
    """
    number = 0
    with texts(path, tally) as stream:
        readline = stream.readline
        try:
            while line := readline(_LINE):
                number += 1
                if len(line) == _LINE and not line.endswith(b"\n"):
                    while line and not line.endswith(b"\n"):
                        line = readline(_LINE)
                    tally.skip(f"line {number}", "longer than 16 MiB")
                    continue
                yield number, line
        except BROKEN as error:
            tally.end(f"line {number + 1}", f"broken compression: {error}")


class _Packed(Protocol):
    def read1(self, size: int = ..., /) -> bytes: ...


class _Stepwise(io.RawIOBase):
    """Unpacks as much as there is: what is cut off gives all that comes before."""

    def __init__(self, packed: _Packed) -> None:
        self._read = packed.read1

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        block = self._read(len(buffer))
        buffer[: len(block)] = block
        return len(block)


class _Utf16(io.RawIOBase):
    """UTF-16 with its mark, as UTF-8; what is no character becomes U+FFFD."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            block = self._stream.read1(_BUFFER)
            text = self._decoder.decode(block, final=not block)
            self._ready = memoryview(text.encode("utf-8", "replace"))
            if not block:
                break
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size


class _Counted(io.RawIOBase):
    """Counts what is read, for a progress bar."""

    def __init__(self, raw: io.FileIO, tally: Tally | None) -> None:
        self._raw = raw
        self._tally = tally

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int | None:
        size = self._raw.readinto(buffer)  # type: ignore[arg-type]
        if self._tally is not None and size:
            self._tally.octets += size
        return size


class _Zstd(io.RawIOBase):
    """Unpacks frame after frame; one that is cut off gives all that comes before, then `EOFError`.

    Zstandard's own stream takes the end of a file for that of a frame.
    """

    def __init__(
        self, raw: BinaryIO, unpacker: zstandard.ZstdDecompressor, broken: type[Exception]
    ) -> None:
        self._raw = raw
        self._unpacker = unpacker
        self._broken = broken
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._packed = b""
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            packed = self._packed or self._raw.read(_STEP)
            if not packed:
                if self._frame is not None:
                    raise EOFError("the last frame has no end")
                return 0
            if self._frame is None:
                self._frame = self._unpacker.decompressobj()
            try:
                self._ready, self._packed = memoryview(self._frame.decompress(packed)), b""
            except self._broken as error:
                raise EOFError(str(error)) from None
            if self._frame.eof:
                self._packed, self._frame = self._frame.unused_data, None
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size


def _zstd(path: Path, raw: BinaryIO) -> io.RawIOBase:
    try:
        import zstandard  # noqa: PLC0415  an optional dependency
    except ImportError:
        raise OSError(
            f"{path} is compressed with zstd: install missent[zstd], or unpack it"
        ) from None
    return _Zstd(raw, zstandard.ZstdDecompressor(), zstandard.ZstdError)
