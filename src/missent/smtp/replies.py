"""One answer to a client, and its encoding: RFC 5321 4.2, RFC 2034, RFC 6531 3.7.4."""

from __future__ import annotations

import re
from binascii import b2a_base64
from dataclasses import dataclass, field

_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LINE_OCTETS = 512  # RFC 5321 4.5.3.1.5, with the code and CR LF
_SHORT = 490  # with any code, it fits
_CODES = range(200, 600)
_FORWARDING = 551  # reads as an offer to forward


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server says to one command.

    Attributes:
        code: the three digits; never 551, which clients read as forwarding.
        enhanced: the enhanced status code of RFC 3463, "" where none belongs (220, 354, EHLO).
        lines: the text, a line each; longer ones are folded on encoding.
    """

    code: int
    enhanced: str
    lines: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.code not in _CODES or self.code == _FORWARDING:
            raise ValueError(f"{self.code} is no code that we send")
        if self.enhanced and not (
            _ENHANCED.fullmatch(self.enhanced) and self.enhanced[0] == str(self.code)[0]
        ):
            raise ValueError(f"{self.enhanced!r} does not go with {self.code}")
        if not self.lines:
            raise ValueError("a reply has at least one line")

    @property
    def accepted(self) -> bool:
        """Whether it says yes (2xx), or asks to go on (3xx)."""
        return self.code < 400  # noqa: PLR2004  RFC 5321 4.2.1

    @property
    def tempfail(self) -> bool:
        """Whether it says "not now" (4xx)."""
        return 400 <= self.code < 500  # noqa: PLR2004  RFC 5321 4.2.1

    def encode(self, *, utf8: bool = False) -> bytes:
        """The reply as it goes over the wire; no line longer than 512 octets.

        Args:
            utf8: whether the client said SMTPUTF8; otherwise what is not ASCII is escaped.
        """
        text = self.lines[0]
        if len(self.lines) == 1 and len(text) < _SHORT and text.isascii() and text.isprintable():
            words = f"{self.code} {self.enhanced} " if self.enhanced else f"{self.code} "
            return f"{words}{text}\r\n".encode("ascii")
        tail = f"{self.enhanced} ".encode("ascii") if self.enhanced else b""
        budget = _LINE_OCTETS - len("250 \r\n") - len(tail)
        encoding = "utf-8" if utf8 else "ascii"
        texts = [
            piece
            for line in self.lines
            for piece in _fold(_CONTROL.sub("?", line).encode(encoding, "backslashreplace"), budget)
        ]
        last = len(texts) - 1
        code = str(self.code).encode("ascii")
        return b"".join(
            code + (b" " if i == last else b"-") + tail + text + b"\r\n"
            for i, text in enumerate(texts)
        )

    def __str__(self) -> str:
        words = [str(self.code), self.enhanced, " ".join(self.lines)]
        return " ".join(word for word in words if word)


@dataclass(frozen=True, slots=True)
class Challenge:
    """334: what the client must respond to before it is signed in (RFC 4954 4).

    Attributes:
        octets: as they are before base64; often none.
    """

    octets: bytes = field(default=b"", repr=False)

    def encode(self) -> bytes:
        """The challenge as it goes over the wire; never folded, since it is one word."""
        return b"334 " + b2a_base64(self.octets, newline=False) + b"\r\n"


def _fold(text: bytes, budget: int) -> list[bytes]:
    pieces: list[bytes] = []
    while len(text) > budget:
        cut = text.rfind(b" ", 1, budget + 1)
        if cut < 0:
            cut = budget
            while text[cut] & 0xC0 == 0x80:  # noqa: PLR2004  not inside a UTF-8 sequence
                cut -= 1
        pieces.append(text[:cut])
        text = text[cut:].lstrip(b" ")
    return [*pieces, text]
