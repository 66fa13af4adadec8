"""Lines of a file, plain or compressed, none of them longer than a bound."""

from __future__ import annotations

import gzip
import io
import lzma
import zlib
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

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
        elif magic[:4] == _ZSTD:
            steps = _zstd(path, packed)
        else:
            yield packed
            return
        yield cast("BinaryIO", io.BufferedReader(steps, _BUFFER))


def lines(path: Path, tally: Tally) -> Iterator[tuple[int, bytes]]:
    """Give the lines of a file with their numbers, from 1; one above 16 MiB is skipped.

    Raises:
        OSError: the file cannot be read to its end; a broken compression is one as well.
    """
    number = 0
    with opened(path, tally) as stream:
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
        except Exception as error:
            if not is_broken_compression(error):
                raise
            raise OSError(f"{path}: broken compression after line {number}: {error}") from None


def is_broken_compression(error: Exception) -> bool:
    """Whether an error says that packed octets are damaged or end early."""
    kinds = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)
    return isinstance(error, kinds) or type(error).__name__ == "ZstdError"


class _Stepwise(io.RawIOBase):
    """Unpacks as much as there is: what is cut off gives all that comes before."""

    def __init__(self, packed: gzip.GzipFile | lzma.LZMAFile) -> None:
        self._read = packed.read1

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        block = self._read(len(buffer))
        buffer[: len(block)] = block
        return len(block)


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

    def __init__(self, raw: BinaryIO, unpacker: zstandard.ZstdDecompressor) -> None:
        self._raw = raw
        self._unpacker = unpacker
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
            self._ready, self._packed = memoryview(self._frame.decompress(packed)), b""
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
    return _Zstd(raw, zstandard.ZstdDecompressor())
