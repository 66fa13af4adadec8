"""The passage of a message through the relay, and its line in the log."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import structlog

from missent.core.message import Recipient
from missent.gates.disposition import Disposition, Outcome, Show

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.gates.disposition import Privacy
    from missent.hold.held import Held
    from missent.smtp.client.interface import Transaction
    from missent.smtp.events import Mail
    from missent.smtp.replies import Reply

_log = structlog.get_logger("missent.relay")
_TAKEN = frozenset({Outcome.ACCEPTED, Outcome.WARNED, Outcome.CONFIRMED})
_LOGGED = 100  # dispositions in a log line
_BESIDE = 500  # recipients told to the checks; more make no difference


@dataclass(slots=True)
class Passage:
    """What is known of the message under way.

    Attributes:
        mail: began it.
        peer: the client's IP address.
        transaction: at the next hop, once a recipient was passed on.
        refused: by the next hop, at MAIL.
        dispositions: of each recipient.
        beside: the recipients that were taken, told to the checks when the next is asked about.
        octets: of the content so far.
        content: the message, where it is kept or answers a notice of ours.
        answers: the held messages that it answers.
        since: when it began, of the monotonic clock.
    """

    mail: Mail
    peer: str
    transaction: Transaction | None = None
    refused: Reply | None = None
    dispositions: list[Disposition] = field(default_factory=list)
    beside: tuple[Recipient, ...] = ()
    octets: int = 0
    content: bytearray = field(default_factory=bytearray)
    answers: list[Held] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)

    @property
    def accepted(self) -> tuple[Address, ...]:
        """The recipients that get the message."""
        return tuple(d.address for d in self.dispositions if d.outcome in _TAKEN)

    @property
    def kept(self) -> tuple[Disposition, ...]:
        """Of the recipients that it is to be kept for, each once."""
        found = {d.address.key: d for d in self.dispositions if d.outcome is Outcome.KEPT}
        return tuple(found.values())

    @property
    def stays(self) -> bool:
        """Whether it is for us, beside the next hop or alone."""
        return bool(self.answers or self.kept)

    def add(self, disposition: Disposition, answer: Reply) -> None:
        """Note a recipient, and what the next hop said where it was passed on."""
        if answer.accepted or disposition.reply is not None:
            became = replace(disposition, reply=answer)
        else:
            became = _refused_by_hop(disposition, answer)
        self.dispositions.append(became)
        if became.outcome in _TAKEN and len(self.beside) < _BESIDE:
            self.beside += (Recipient(became.address),)

    def failed(self, reply: Reply) -> None:
        """The next hop did not take the message: nobody gets it."""
        self.dispositions = [
            _refused_by_hop(d, reply) if d.outcome in {*_TAKEN, Outcome.KEPT} else d
            for d in self.dispositions
        ]

    def tell(self, result: str, reply: str, privacy: Privacy) -> None:
        """Write the one line of the log."""
        outcomes = [d.outcome for d in self.dispositions]
        _log.info(
            "message",
            peer=self.peer,
            mail_from=privacy.show(self.mail.address),
            result=result,
            accepted=sum(outcome in _TAKEN for outcome in outcomes),
            kept=outcomes.count(Outcome.KEPT),
            refused=outcomes.count(Outcome.REFUSED),
            tempfailed=outcomes.count(Outcome.TEMPFAILED),
            recipients=[d.line(privacy) for d in self.dispositions[:_LOGGED]],
            octets=self.octets,
            # the next hop's words may name an address
            reply=reply if privacy.show_as is Show.FULL else reply[:3],
            seconds=round(time.monotonic() - self.since, 3),
        )


def outcome_of(reply: Reply) -> Outcome:
    """What becomes of a recipient, or of a message, by a refusal."""
    return Outcome.TEMPFAILED if reply.tempfail else Outcome.REFUSED


def _refused_by_hop(disposition: Disposition, reply: Reply) -> Disposition:
    return replace(disposition, outcome=outcome_of(reply), reply=reply, reason="next hop")
