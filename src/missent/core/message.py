"""What a gate has seen of one message, before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from missent.core.address import Address

Field = Literal["envelope", "to", "cc", "bcc"]


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient: `rcpt_to` of RFC 5321, or an address of a header field.

    Attributes:
        address: the parsed address.
        field: where it stood; "envelope" where only RCPT is known.
        display_name: the name beside it in the header field, decoded.
    """

    address: Address
    field: Field = "envelope"
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to be screened.

    Attributes:
        mail_from: the reverse-path; None for the null sender or where none is known.
        recipients: those to be decided, in the order seen.
        message_id: the Message-ID field without angle brackets, or "".
        subject: the decoded Subject field, or "".
        beside: others of the same message that are decided already, for a gate that asks about
            them one by one: whom else a message goes to says whom it was meant for.
    """

    mail_from: Address | None
    recipients: tuple[Recipient, ...]
    message_id: str = ""
    subject: str = ""
    beside: tuple[Recipient, ...] = ()
