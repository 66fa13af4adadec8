"""Puts one recipient before a check, with a history that was written out or told as a story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core import slips
from missent.core.address import Address
from missent.core.evidence.case import Case
from missent.core.facts import Facts
from missent.core.message import Message, Recipient
from missent.memory.ledger import Ledger

if TYPE_CHECKING:
    from typing import Self

    from missent.core.check import Check
    from missent.core.finding import Finding
    from missent.core.slips import Slip

SENDER = "ann@corp.example"
NOTHING = Facts()
DAY = 86_400


def look(
    check: Check, recipient: str, facts: Facts = NOTHING, sender: str | None = SENDER
) -> list[Finding]:
    """What a check finds about a recipient."""
    seen = Recipient(Address.parse(recipient))
    message = Message(Address.parse(sender) if sender else None, (seen,))
    return list(check(seen, message, facts))


def as_case(recipient: str, facts: Facts = NOTHING, sender: str | None = SENDER) -> Case:
    """A recipient under suspicion, alone in its message."""
    seen = Recipient(Address.parse(recipient))
    message = Message(Address.parse(sender) if sender else None, (seen,))
    return Case.of(seen.address, message, facts)


def explained(typed: str, known: str, facts: Facts, sender: str = SENDER) -> tuple[Case, str, Slip]:
    """A recipient at a mistyped domain, the known domain, and the slip between them."""
    slip = slips.domain(typed, known)
    if slip is None:
        raise AssertionError(f"no slip makes {typed} of {known}")
    return as_case(f"jo@{typed}", facts, sender), known, slip


def suggested(check: Check, recipient: str, facts: Facts = NOTHING) -> list[str]:
    """What a check suggests for a recipient, the best first."""
    return [
        str(address) for found in look(check, recipient, facts) for address in found.did_you_mean
    ]


def wrote(*recipients: str, sender: str = SENDER) -> Facts:
    """What is known once `sender` has written to some recipients, a message each."""
    history = Ledger()
    for at, recipient in enumerate(recipients):
        history.send(Address.parse(sender).key, Address.parse(recipient).key, at)
    return Facts(at=len(recipients), history=history)


def heard(*senders: str, to: str = SENDER) -> Facts:
    """What is known once some people have written to `to`, a message each."""
    history = Ledger()
    for sender in senders:
        key = Address.parse(sender).key
        history.receive(key, Address.parse(to).key)
        history.receive(key, None)
    return Facts(at=len(senders), history=history)


class Story:
    """A history told in order, a message a day.

    Args:
        own: the organisation's domains.
    """

    def __init__(self, *own: str) -> None:
        self._own = frozenset(own)
        self._history = Ledger()
        self._day = 1

    def wrote(self, recipient: str, times: int = 1, sender: str = SENDER) -> Self:
        """`sender` wrote to somebody, once a day."""
        for _ in range(times):
            self._history.send(sender, recipient, self._day * DAY)
            self._day += 1
        return self

    def heard(self, sender: str, to: str = SENDER) -> Self:
        """Somebody wrote to `to`."""
        self._history.receive(sender, to)
        self._history.receive(sender, None)
        return self

    def bounced(self, recipient: str, sender: str = SENDER) -> Self:
        """A message from `sender` came back."""
        self._history.bounce(sender, recipient)
        return self

    def confirmed(self, recipient: str, sender: str = SENDER) -> Self:
        """`sender` said that an address is right."""
        self._history.confirm(sender, recipient)
        return self

    def facts(self, later: int = 30) -> Facts:
        """What is known so many days after the last message."""
        return Facts((self._day + later) * DAY, self._history, self._own)
