"""One message as it lies in a mailbox: what its header says, and what a notice in it reports."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from email.header import decode_header
from typing import TYPE_CHECKING, NamedTuple

from missent.audit.sources import dsn, notices
from missent.audit.sources.dates import seconds
from missent.audit.sources.header import LONGEST, Header
from missent.audit.sources.interface import Bounce, Event
from missent.audit.sources.keys import digest
from missent.audit.sources.mailboxes import mailboxes
from missent.core.message import Field, Message, Recipient

if TYPE_CHECKING:
    from missent.audit.sources.interface import Tally
    from missent.core.address import Address

BODY = 256 * 1024  # octets of a notice that are read; of other messages none
_FIELDS: tuple[Field, ...] = ("to", "cc", "bcc")
_MOST = 10_000
_DAY = 86_400
_AUTOMATIC = ("list-id", "list-unsubscribe", "x-autoreply", "x-autorespond")
_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
_SPAM = ("x-spam-flag", "x-spam-status", "x-spam")
_DRAFT = ("x-mozilla-draft-info", "x-unsent")
_END = re.compile(rb"\r?\n\r?\n")
_IDENTITY = re.compile(r"<([^<>]+)>")


class Stored(NamedTuple):
    """What a mailbox says of a message beside its text.

    Attributes:
        at: when it came, in seconds since the epoch; None where not known.
        is_draft: it was never sent.
        is_junk: it lies where a filter or a person puts what nobody wants.
    """

    at: int | None = None
    is_draft: bool = False
    is_junk: bool = False


class Parsed:
    """A header, read so far as to know whether the body matters."""

    __slots__ = ("_header", "_stored", "sender")

    def __init__(self, header: bytes, stored: Stored = Stored()) -> None:  # noqa: B008  a value
        """Read a header.

        Args:
            header: its octets, up to the empty line.
            stored: what the mailbox says of it.
        """
        self._header = Header(header)
        self._stored = stored
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
        if self._is_draft():
            tally.unsent += 1
            return None
        at = self._moment()
        if at is None:
            tally.skip(where, f"no date: {self._text('date')[:80]!r}")
            return None
        if self._header.is_cut:
            tally.skip(where, f"the rest of a header longer than {LONGEST >> 20} MiB")
        recipients = self._recipients(where, tally)
        if self.sender is None and not recipients:
            tally.skip(where, "neither a sender nor a recipient")
            return None
        if self.sender is None and self._text("from").strip("<> \t"):
            tally.skip_address(where, self._text("from"))
        subject = decoded(self._text("subject"))
        identity = self._identity()
        key = identity or digest(
            str(at), self.sender.key if self.sender else "", subject, str(recipients)
        )
        message = Message(self.sender, tuple(recipients), identity, subject)
        tally.events += 1
        return Event(at, key, message, self._bounced(message, body), self._is_automatic())

    def _text(self, name: str) -> str:
        return self._header.first(name)

    def _sender(self) -> Address | None:
        written, _ = mailboxes(self._text("from"))
        sent, _ = mailboxes(self._text("sender"))
        if len(written) > 1 and sent and sent[0][0] in [address for address, _ in written]:
            return sent[0][0]  # RFC 5322 3.6.2: which of several authors sent it
        found = written or sent
        return found[0][0] if found else None

    def _identity(self) -> str:
        text = self._text("message-id")
        found = _IDENTITY.search(text)
        return (found[1] if found else text.strip("<> \t")).strip()

    def _moment(self) -> int | None:
        """When it was sent; where that is not said, or was after it came, when it came."""
        stated = seconds(self._text("date"))
        came = seconds(self._text("received").rpartition(";")[2])
        if stated is not None and came is not None and stated > came + _DAY:
            return came
        return stated or came or self._stored.at

    def _recipients(self, where: str, tally: Tally) -> list[Recipient]:
        recipients: list[Recipient] = []
        for field in _FIELDS:
            for value in self._header.all(field)[:_MOST]:
                found, refused = mailboxes(value)
                for address, name in found:
                    recipients.append(Recipient(address, field, decoded(name)))
                for piece in refused:
                    tally.skip_address(where, piece)
        return recipients[:_MOST]

    def _labels(self) -> list[str]:
        """Gmail's labels, as its export has them in English."""
        return [label.strip().casefold() for label in self._text("x-gmail-labels").split(",")]

    def _is_draft(self) -> bool:
        return (
            self._stored.is_draft
            or any(self._text(name) for name in _DRAFT)
            or not {"draft", "drafts"}.isdisjoint(self._labels())
        )

    def _is_spam(self) -> bool:
        return (
            self._stored.is_junk
            or any(self._text(name)[:3].casefold() == "yes" for name in _SPAM)
            or "spam" in self._labels()
        )

    def _is_automatic(self) -> bool:
        submitted = self._text("auto-submitted").strip().casefold()
        return (
            (bool(submitted) and not submitted.startswith("no"))
            or self._text("precedence").strip().casefold() in _BULK
            or any(self._header.all(name) for name in _AUTOMATIC)
            or self._text("return-path").strip() == "<>"
            or self._is_spam()
            or self.sender is None
            or notices.is_automatic(self.sender.local)
            or "multipart/report" in self._text("content-type").casefold()
        )

    def _bounced(self, message: Message, body: bytes) -> tuple[Bounce, ...]:
        if not body or not self.is_notice:
            return ()
        report = dsn.failed(body)
        failed, original = report.gone, report.message_id
        if report.unclear or "multipart/report" not in self._text("content-type").casefold():
            text = self._plain(body)
            named = notices.failed(message.subject, text)
            failed += tuple(n for n in named if n in report.unclear or not report.unclear)
            original = original or notices.original_message_id(text)
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
    return parts[0], parts[1][:BODY] if len(parts) > 1 else b""


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
