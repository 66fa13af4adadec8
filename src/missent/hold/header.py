"""The few header fields of a message that the room must know."""

from __future__ import annotations

from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_OCTETS = 256 << 10  # of a header that are looked at
_SUBJECT = 120  # characters that are shown


@dataclass(frozen=True, slots=True)
class Header:
    """What was found.

    Attributes:
        fields: names in lower case, the first value of each.
        subject: decoded, in one line, not longer than is shown.
        message_id: without angle brackets, or "".
    """

    fields: Mapping[str, str]
    subject: str
    message_id: str


def read(content: bytes) -> Header:
    """Read the header of a message; never raises, whatever stands there."""
    end = content.find(b"\r\n\r\n", 0, _OCTETS)
    parsed = BytesHeaderParser().parsebytes(content[: end if end >= 0 else _OCTETS])
    fields: dict[str, str] = {}
    for name, value in parsed.items():
        fields.setdefault(name.lower(), str(value))
    return Header(fields, subject_of(fields), _one_line(fields.get("message-id", "")).strip("<>"))


def subject_of(fields: Mapping[str, str]) -> str:
    """The subject as people read it."""
    raw = fields.get("subject", "")
    try:
        text = str(make_header(decode_header(raw)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        text = raw
    text = _one_line(text)
    return text if len(text) <= _SUBJECT else text[: _SUBJECT - 3] + "..."


def _one_line(text: str) -> str:
    known = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(c if c.isprintable() else " " for c in known).split())
