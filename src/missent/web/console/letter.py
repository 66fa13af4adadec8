"""A held message as its reviewer may see it: text alone, attachments by their names.

Nothing of it is ever markup for the page: HTML is read for its words, pictures and links are not
followed, and what no screen should act on is taken out.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message

_SHOWN = 20_000  # characters of the text
_READ = 1 << 20  # octets of a part that is read for it
_NAME = 200  # characters of a name or a field
_LISTED = 50  # attachments
_FIELDS = ("From", "To", "Cc", "Date", "Subject")
_BLANK = re.compile(r"\n\s*\n\s*\n+")
_BLANKS = re.compile(r"\s+")
_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript"})
_BREAKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table"})


@dataclass(frozen=True, slots=True)
class Attachment:
    """What hangs on a message: its name, its type and its size in octets."""

    name: str
    kind: str
    octets: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to be read.

    Attributes:
        fields: some of its header, decoded.
        text: what it says.
        cut: whether it says more.
        html: whether the text was taken from HTML.
        attachments: not opened.
    """

    fields: tuple[tuple[str, str], ...]
    text: str
    cut: bool
    html: bool
    attachments: tuple[Attachment, ...]


def read(content: bytes) -> Letter:
    """Read a message; whatever it is made of, this ends with something to show."""
    message = message_from_bytes(content)
    plain: list[str] = []
    marked: list[str] = []
    attached: list[Attachment] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        kind, name = part.get_content_type(), _name(part)
        if name or part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            attached.append(Attachment(name or "without a name", kind, len(_octets(part))))
        elif kind == "text/html":
            marked.append(_words(_text(part)))
        else:
            plain.append(_text(part))
    html = bool(marked) and not any(text.strip() for text in plain)
    text = _BLANK.sub("\n\n", clean("\n\n".join(marked if html else plain), keep="\n\t")).strip()
    fields = [(name, _decoded(str(message[name]))) for name in _FIELDS if message[name] is not None]
    return Letter(tuple(fields), text[:_SHOWN], len(text) > _SHOWN, html, tuple(attached[:_LISTED]))


def clean(text: str, keep: str = "") -> str:
    """A text without what a screen would act on, such as a change of its direction."""
    return "".join(c if c.isprintable() or c in keep else " " for c in text.replace("\r\n", "\n"))


def _name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (LookupError, ValueError, TypeError):
        name = "unreadable"
    return _decoded(name)


def _decoded(text: str) -> str:
    with suppress(HeaderParseError, LookupError, ValueError):
        text = str(make_header(decode_header(text)))
    return clean(text.encode("utf-8", "replace").decode())[:_NAME]


def _octets(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _text(part: Message) -> str:
    octets = _octets(part)[:_READ]
    try:
        return octets.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return octets.decode("utf-8", "replace")


def _words(html: str) -> str:
    words = _Words()
    words.feed(html)
    return "".join(words.found)


class _Words(HTMLParser):
    """The words of HTML, a new line where a block begins."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and self._silent:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(_BLANKS.sub(" ", data))
