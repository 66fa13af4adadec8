"""What a session says besides its replies: a question, and what became of a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from missent.gates.keeper import Kept
from missent.gates.milter import replies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from missent.core.message import Message
    from missent.gates.disposition import Disposition


@dataclass(frozen=True, slots=True)
class Question:
    """What the session must know before the MTA gets its answer.

    Attributes:
        message: with the recipients to be decided: one at RCPT, with those beside it that were
            taken before; all at the end of a message that did not come by SMTP.
        smtputf8: whether the client said SMTPUTF8, so that a reply may go beyond ASCII.
        can_hold: whether the MTA agreed to take a message into its hold queue.
        by_smtp: whether one recipient can be refused alone.
        can_keep: whether the message can be kept for a recipient, and go on to the others.
    """

    message: Message
    smtputf8: bool
    can_hold: bool
    by_smtp: bool
    can_keep: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """A message of ours is over.

    Attributes:
        message: the envelope of those recipients that go on their way, and what was seen.
        dispositions: what was decided, recipient by recipient.
        queued: whether the MTA was told to go on at the end of the message.
        held: whether it was told to take it into its hold queue.
        kept: the name under which it is kept for some recipients, "" for none.
        queue_id: the MTA's name for it, "" where it never got one.
        header: the header fields that say whether it is automatic mail, names in lower case.
    """

    message: Message
    dispositions: tuple[Disposition, ...]
    queued: bool
    held: bool
    queue_id: str
    header: Mapping[str, str]
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Passed:
    """A message that is not ours went by unseen."""


Event: TypeAlias = replies.Reply | Question | Kept | Finished | Passed
