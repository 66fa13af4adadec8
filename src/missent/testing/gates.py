"""A guard for the gates' tests: it knows some suffixes, and remembers what it was told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from missent.core.finding import Finding
from missent.core.verdict import Action, RecipientVerdict, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.core.address import Address
    from missent.core.message import Message
    from missent.gates.disposition import Disposition

_ACTIONS = {"ml": Action.BLOCK, "hold": Action.HOLD, "warn": Action.WARN}


class SuffixGuard:
    """`Assess`: blocks `.ml`, holds `.hold`, warns about `.warn`.

    Attributes:
        seconds: that every decision takes.
        fault: raised instead of deciding.
        enforced: what its verdicts say.
        was_sent: the messages that were handed on.
        was_confirmed: the pairs that were confirmed, as keys.
        was_decided: what became of each message: its reverse-path, dispositions, Message-ID, and
            whether it was sent.
    """

    def __init__(self, *, enforced: bool = True) -> None:
        self.seconds = 0.0
        self.fault: Exception | None = None
        self.enforced = enforced
        self.was_sent: list[Message] = []
        self.was_confirmed: list[tuple[str, str]] = []
        self.was_decided: list[tuple[Address | None, tuple[Disposition, ...], str, bool]] = []

    def at_once(self, message: Message) -> Verdict | None:
        """Decide, if that takes no time."""
        if self.fault is not None:
            raise self.fault
        return None if self.seconds else self._verdict(message)

    async def __call__(self, message: Message) -> Verdict:
        """Decide."""
        if self.fault is not None:
            raise self.fault
        await asyncio.sleep(self.seconds)
        return self._verdict(message)

    async def sent(self, message: Message) -> None:
        """Note a message."""
        if self.fault is not None:
            raise self.fault
        self.was_sent.append(message)

    def decided(
        self,
        mail_from: Address | None,
        dispositions: Sequence[Disposition],
        message_id: str = "",
        *,
        sent: bool,
    ) -> None:
        """Note what became of a message."""
        self.was_decided.append((mail_from, tuple(dispositions), message_id, sent))

    async def confirmed(self, sender: Address | None, address: Address) -> None:
        """Note a pair."""
        self.was_confirmed.append((sender.key if sender else "", address.key))

    def _verdict(self, message: Message) -> Verdict:
        found = []
        for recipient in message.recipients:
            name, _, suffix = recipient.address.domain.name.rpartition(".")
            action = _ACTIONS.get(suffix, Action.ALLOW)
            meant = (recipient.address.at(f"{name}.mil"),)
            findings = (Finding("T101", 0.99, "it looks wrong", meant),) if action else ()
            found.append(RecipientVerdict(recipient, action, findings))
        return Verdict(tuple(found), self.enforced)
