"""Reads an answer to a notice: one word in its subject or in its first line."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from missent.hold import header
from missent.hold.automatic import is_automatic
from missent.hold.machine import Choice

if TYPE_CHECKING:
    from email.message import EmailMessage

    from missent.core.address import Address

_WORDS = {
    "send": Choice.SEND,
    "right": Choice.SEND,
    "instead": Choice.INSTEAD,
    "discard": Choice.DISCARD,
    "do not send": Choice.DISCARD,
    "don't send": Choice.DISCARD,
}
_ANSWERED = re.compile(r"^\s*((re|aw|sv|antw|tr)\s*:\s*)+", re.IGNORECASE)
_TAGS = re.compile(
    r"<(style|head)\b.*?</\1\s*>|<br\b[^>]*>|</?(?:p|div|li)\b[^>]*>|<[^>]*>", re.DOTALL
)
OCTETS = 64 << 10  # octets of an answer that are looked at
_QUOTED = (">", "|")


def from_program(sender: Address | None, content: bytes) -> bool:
    """Whether a program answered, an absence notice say: that is nobody's choice."""
    return is_automatic(sender, header.read(content).fields)


def choice(content: bytes) -> Choice | None:
    """What the answer chooses; None where it does not say it in one word."""
    parsed = message_from_bytes(content[:OCTETS], policy=policy.default)
    subject = _ANSWERED.sub("", header.read(content).subject)
    return _word(subject) or _word(_first_line(parsed))


def _word(text: str) -> Choice | None:
    plain = " ".join(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    return _WORDS.get(plain.strip(" .,!;:*_\"'()").lower())


def _first_line(message: EmailMessage) -> str:
    try:
        part = message.get_body(("plain", "html"))
        text = str(part.get_content()) if part is not None else ""
        if part is not None and part.get_content_subtype() == "html":
            text = _TAGS.sub(lambda tag: "\n" if tag[0].lower()[1:2] in "bpdl/" else "", text)
    except (LookupError, UnicodeError, ValueError, AttributeError, KeyError, TypeError):
        return ""  # hostile or broken MIME says nothing
    for line in text.splitlines():
        if line.strip():
            return "" if line.lstrip().startswith(_QUOTED) else line
    return ""
