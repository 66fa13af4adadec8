"""A notice as a message: its header, which keeps programs from answering (RFC 3834), and parts."""

from __future__ import annotations

from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage, Message
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from missent.core.address import Address


def compose(
    to: Address,
    author: Address,
    subject: str,
    now: datetime,
    identifier: str,
    *,
    in_reply_to: str = "",
    reply_to: Address | None = None,
) -> EmailMessage:
    """A notice without its text.

    Args:
        to: who is told.
        author: whom it comes from.
        subject: its subject.
        now: its date.
        identifier: the left part of its Message-ID; the same for every try of one notice.
        in_reply_to: the Message-ID of the message, without angle brackets, or "".
        reply_to: where an answer goes; None to the author.
    """
    plain = all(str(one).isascii() for one in (to, author, *([reply_to] if reply_to else [])))
    notice = EmailMessage(policy=SMTP if plain else SMTPUTF8)
    notice["Auto-Submitted"] = "auto-replied"
    notice["From"] = HeaderAddress("missent", author.local, author.domain.name)
    notice["To"] = HeaderAddress("", to.local, to.domain.name)
    if reply_to is not None:
        notice["Reply-To"] = HeaderAddress("", reply_to.local, reply_to.domain.name)
    notice["Date"] = format_datetime(now)
    notice["Message-ID"] = f"<{identifier}@{author.domain.name}>"
    notice["Subject"] = subject
    if in_reply_to.isascii() and in_reply_to.isprintable() and in_reply_to:
        notice["In-Reply-To"] = notice["References"] = f"<{in_reply_to[:900]}>"
    return notice


def both(notice: EmailMessage, text: str, html: str) -> EmailMessage:
    """Give a notice its text twice: plain, and as HTML."""
    notice.set_content(text, cte="quoted-printable")
    notice.add_alternative(html, subtype="html", cte="quoted-printable")
    return notice


def report(notice: EmailMessage, parts: Sequence[Message]) -> EmailMessage:
    """Make a notice a report on delivery."""
    notice["MIME-Version"] = "1.0"
    notice["Content-Type"] = 'multipart/report; report-type="delivery-status"'
    notice.set_payload(list(parts))
    return notice
