"""A held message: as it is laid into the store, as it is read from it, and what happens to it.

Addresses are as they were given (a local part may know capitals), moments whole seconds since the
epoch. A message's name is 16 hexadecimal digits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from missent.hold.machine import Choice, State, Way

Place = tuple[int, str]
"""When a message was held, and its name: they are listed in that order."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a recipient is held or warned about, in words for its sender.

    Attributes:
        code: of the check.
        summary: what it saw.
    """

    code: str
    summary: str


@dataclass(frozen=True, slots=True)
class Suspect:
    """A recipient in question.

    Attributes:
        address: the recipient.
        meant: the addresses that were probably meant, best first.
        reasons: why.
        review: a reviewer must let it go.
    """

    address: str
    meant: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    review: bool = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """What must be known of a message to hand it on.

    Attributes:
        mail_from: the reverse-path, and who is asked.
        eight_bit: BODY=8BITMIME.
        smtputf8: SMTPUTF8.
        message_id: the Message-ID without angle brackets, or "".
    """

    mail_from: str
    eight_bit: bool = False
    smtputf8: bool = False
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A message as it is laid into the store.

    Attributes:
        envelope: its own.
        suspects: the recipients that are held.
        sealed: its content, encrypted.
        subject: its subject, encrypted.
        octets: of the content.
        mark: equal for the same message sent again; "" where that cannot be told.
        at: now.
        expires: when it is given up.
        name: chosen by who sealed it.
    """

    name: str
    envelope: Envelope
    suspects: tuple[Suspect, ...]
    sealed: bytes = field(repr=False)
    subject: bytes = field(repr=False)
    octets: int
    mark: str
    at: int
    expires: int


@dataclass(frozen=True, slots=True)
class HeldRecipient:
    """A recipient of a held message.

    Attributes:
        number: from 1, within the message.
        suspect: who, and why.
        state: where it stands.
        sent_to: where the message goes or went, once it was released or redirected.
        result: "delivered" or "failed", once that is known.
    """

    number: int
    suspect: Suspect
    state: State
    sent_to: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A held message, without its content."""

    name: str
    envelope: Envelope
    at: int
    expires: int
    octets: int
    subject: bytes = field(repr=False)
    recipients: tuple[HeldRecipient, ...]

    @property
    def place(self) -> Place:
        """Where it stands among all messages."""
        return self.at, self.name


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a message's record, never changed.

    Attributes:
        recipient: its number.
        at: when.
        what: a state, "delivered", "failed", "told" or "not told".
        who: who did it.
        way: how it reached us.
        why: in words.
    """

    recipient: int
    at: int
    what: str
    who: str
    way: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Pick:
    """A choice about one recipient.

    Attributes:
        message: the held message's name.
        recipient: its number.
        choice: what is to be done.
        way: how the choice reached us.
        who: who chose.
        at: now.
        meant: where to, for `Choice.INSTEAD`.
        why: in words, for the record.
    """

    message: str
    recipient: int
    choice: Choice
    way: Way
    who: str
    at: int
    meant: str = ""
    why: str = ""
