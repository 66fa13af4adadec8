"""One message as it lies in a mailbox: what its header says, and what a notice in it reports."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from email import policy
from email.header import decode_header
from email.parser import HeaderParser
from typing import TYPE_CHECKING

from missent.audit.sources import dsn, notices
from missent.audit.sources.dates import seconds
from missent.audit.sources.interface import Bounce, Event
from missent.audit.sources.keys import digest
from missent.audit.sources.mailboxes import mailboxes
from missent.core.message import Field, Message, Recipient

if TYPE_CHECKING:
    from email.message import Message as Header

    from missent.audit.sources.interface import Tally
    from missent.core.address import Address

HEADER = 256 * 1024  # octets of a header that are read
BODY = 256 * 1024  # octets of a notice that are read; of other messages none
_FIELDS: tuple[Field, ...] = ("to", "cc", "bcc")
_PARSER = HeaderParser(policy=policy.compat32)
_MOST = 10_000
_AUTOMATIC = ("list-id", "list-unsubscribe", "x-autoreply", "x-autorespond")
_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
_END = re.compile(rb"\r?\n\r?\n")


class Parsed:
    """A header, read so far as to know whether the body matters."""

    __slots__ = ("_at", "_header", "sender")

    def __init__(self, header: bytes, at: int | None) -> None:
        """Read a header.

        Args:
            header: its octets, up to the empty line.
            at: when the message came, where the source knows; for messages without a date.
        """
        try:
            text = header.decode()
        except UnicodeDecodeError:
            text = header.decode("latin-1")
        self._header: Header = _PARSER.parsestr(text)
        self._at = at
        self.sender = self._sender()

    @property
    def is_notice(self) -> bool:
        """Whether the body may report recipients that do not exist."""
        kind = self._text("content-type").casefold()
        return "multipart/report" in kind or (
            self.sender is not None and notices.is_notice(self.sender.local)
        )

    def event(self, where: str, tally: Tally, body: bytes = b"") -> Event | None:
        """The event, or None (and counted) where the message is of no use.

        Args:
            where: the place in the source, for the tally.
            tally: counts what is skipped.
            body: of a notice, its beginning.
        """
        at = seconds(self._text("date")) or self._at
        if at is None:
            tally.skip(where, f"no date: {self._text('date')[:80]!r}")
            return None
        recipients = self._recipients(where, tally)
        if self.sender is None and not recipients:
            tally.skip(where, "neither a sender nor a recipient")
            return None
        subject = decoded(self._text("subject"))
        identity = self._text("message-id").strip().strip("<>").strip()
        key = identity or digest(
            str(at), self.sender.key if self.sender else "", subject, str(recipients)
        )
        message = Message(self.sender, tuple(recipients), identity, subject)
        tally.events += 1
        return Event(at, key, message, self._bounced(message, body), self._is_automatic())

    def _text(self, name: str) -> str:
        return str(self._header.get(name, ""))

    def _sender(self) -> Address | None:
        for name in ("from", "sender"):
            found, _ = mailboxes(self._text(name))
            if found:
                return found[0][0]
        return None

    def _recipients(self, where: str, tally: Tally) -> list[Recipient]:
        recipients: list[Recipient] = []
        for field in _FIELDS:
            for value in self._header.get_all(field, ())[:_MOST]:
                found, refused = mailboxes(str(value))
                for address, name in found:
                    recipients.append(Recipient(address, field, decoded(name)))
                for piece in refused:
                    tally.skip_address(where, piece)
        return recipients[:_MOST]

    def _is_automatic(self) -> bool:
        submitted = self._text("auto-submitted").strip().casefold()
        return (
            (bool(submitted) and not submitted.startswith("no"))
            or self._text("precedence").strip().casefold() in _BULK
            or any(name in self._header for name in _AUTOMATIC)
            or self._text("return-path").strip() == "<>"
            or self.sender is None
            or notices.is_automatic(self.sender.local)
            or "multipart/report" in self._text("content-type").casefold()
        )

    def _bounced(self, message: Message, body: bytes) -> tuple[Bounce, ...]:
        if not body or not self.is_notice:
            return ()
        failed, original = dsn.failed(body)
        if not failed and "multipart/report" not in self._text("content-type").casefold():
            text = self._plain(body)
            failed = notices.failed(message.subject, text)
            original = notices.original_message_id(text)
        return tuple(
            Bounce(writer, address, original)
            for writer in notices.writers(message)
            for name in failed
            for address, _ in mailboxes(name)[0]
        )

    def _plain(self, body: bytes) -> str:
        encoding = self._text("content-transfer-encoding").strip().casefold()
        try:
            if encoding == "quoted-printable":
                body = quopri.decodestring(body)
            elif encoding == "base64":
                body = base64.b64decode(body)
        except (binascii.Error, ValueError):
            return ""
        return body.decode("utf-8", "replace")


def split(octets: bytes) -> tuple[bytes, bytes]:
    """Cut a message into its header and the bounded beginning of its body."""
    parts = _END.split(octets, maxsplit=1)
    return parts[0][:HEADER], parts[1][:BODY] if len(parts) > 1 else b""


def decoded(text: str) -> str:
    """A header text with its encoded words (RFC 2047) read; as it is where they cannot be."""
    if "=?" not in text:
        return text
    try:
        return "".join(
            piece.decode(charset or "ascii", "replace") if isinstance(piece, bytes) else piece
            for piece, charset in decode_header(text)
        )
    except (LookupError, ValueError, binascii.Error):
        return text
