"""Lines and message content as SMTP puts them on the wire: CR LF strictly, and the dots.

A bare CR or LF is where two parties can disagree about where a message ends (SMTP smuggling), so
both classes that read refuse it wherever it stands (RFC 5321 2.3.8, 4.1.1.4).
"""

from __future__ import annotations

from missent.core.errors import ProtocolError

_COMPACT_OCTETS = 1 << 16


class LineBuffer:
    """Cuts bytes into command lines.

    Args:
        limit: the longest line, in octets with its CR LF.
    """

    __slots__ = ("_bytes", "_limit", "_position")

    def __init__(self, limit: int) -> None:
        self._bytes = bytearray()
        self._limit = limit
        self._position = 0

    def __len__(self) -> int:
        return len(self._bytes) - self._position

    def feed(self, data: bytes) -> None:
        """Add what came in."""
        self._bytes += data

    def starts_with(self, word: bytes) -> bool:
        """Whether the next line begins like this, in any case."""
        start = self._position
        return self._bytes[start : start + len(word)].upper() == word

    def line(self, limit: int = 0) -> bytes | None:
        """Take the next line without its CR LF; None while it is not complete.

        Args:
            limit: for this line, which is then a secret too: its octets are overwritten.

        Raises:
            ProtocolError: a bare CR or LF, or a line longer than the limit.
        """
        buffer, start = self._bytes, self._position
        end = buffer.find(b"\n", start)
        if end < 0:
            self._refuse_early(start, limit or self._limit)
            return None
        if end + 1 - start > (limit or self._limit):
            raise ProtocolError("line too long")
        line = bytes(buffer[start:end])
        if not line.endswith(b"\r"):
            raise ProtocolError("bare LF; a line ends with CR LF")
        if line.find(b"\r") != len(line) - 1:
            raise ProtocolError("bare CR; a line ends with CR LF")
        if limit:
            buffer[start : end + 1] = bytes(end + 1 - start)
        self._position = end + 1
        if self._position == len(buffer):
            self.clear()
        elif self._position > _COMPACT_OCTETS:
            del buffer[: self._position]
            self._position = 0
        return line[:-1]

    def take(self) -> bytes:
        """Take everything that is there, as it came."""
        rest = bytes(self._bytes[self._position :])
        self.clear()
        return rest

    def clear(self) -> None:
        """Forget what is there."""
        self._bytes.clear()
        self._position = 0

    def _refuse_early(self, start: int, limit: int) -> None:
        # a line that is never finished must neither grow nor hide what it is
        if len(self._bytes) - start >= limit:
            raise ProtocolError("line too long")
        bare = self._bytes.find(b"\r", start)
        if 0 <= bare < len(self._bytes) - 1:
            raise ProtocolError("bare CR; a line ends with CR LF")


class DataDecoder:
    """Takes the dots out of the content after DATA, and finds its end (RFC 5321 4.5.2).

    The content comes out in pieces that never end between a CR and its LF.

    Attributes:
        octets: how many came out.
        ended: whether the end of data has come.
    """

    __slots__ = ("_held", "_skip", "ended", "octets")

    def __init__(self) -> None:
        self.octets = 0
        self.ended = False
        # the line before the first one was DATA's: a dot may stand right at the start
        self._held = b"\r\n"
        self._skip = 2

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """Decode what came in.

        Returns:
            The content so far, and what followed the end of data.

        Raises:
            ProtocolError: a bare CR or LF.
        """
        buffer = self._held + data
        pieces: list[bytes] = []
        start = 0
        while (dot := buffer.find(b"\r\n.", start)) >= 0:
            after = dot + 3
            following = buffer[after : after + 2]
            if following == b"\r\n":
                pieces.append(_strict(buffer[start : dot + 2]))
                self._held = b""
                self.ended = True
                return self._content(pieces), buffer[after + 2 :]
            if following in {b"", b"\r"} and after + len(following) == len(buffer):
                held = dot  # the next bytes tell whether this is the end
                break
            pieces.append(_strict(buffer[start : dot + 2]))
            start = after
        else:
            held = len(buffer) - _edge(buffer)
        pieces.append(_strict(buffer[start:held]))
        self._held = buffer[held:]
        return self._content(pieces), b""

    def _content(self, pieces: list[bytes]) -> bytes:
        content = b"".join(pieces)
        if self._skip and content:
            content = content[self._skip :]
            self._skip = 0
        self.octets += len(content)
        return content


class DotStuffer:
    """Puts the dots back in for the next hop (RFC 5321 4.5.2); pieces may be cut anywhere."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = b"\r\n"

    def feed(self, content: bytes) -> bytes:
        """Encode one piece."""
        known = len(self._last)
        buffer = self._last + content
        self._last = buffer[-2:]
        return buffer.replace(b"\r\n.", b"\r\n..")[known:]

    def end(self) -> bytes:
        """The end of data."""
        return b".\r\n" if self._last == b"\r\n" else b"\r\n.\r\n"


def _edge(buffer: bytes) -> int:
    """How many octets at the end may be the beginning of CR LF dot."""
    if buffer.endswith(b"\r\n"):
        return 2
    return 1 if buffer.endswith(b"\r") else 0


def _strict(piece: bytes) -> bytes:
    pairs = piece.count(b"\r\n")
    if piece.count(b"\n") != pairs:
        raise ProtocolError("bare LF in the message; lines end with CR LF")
    if piece.count(b"\r") != pairs:
        raise ProtocolError("bare CR in the message; lines end with CR LF")
    return piece
