"""Where a question of the session is decided: verdicts become dispositions, in time."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import structlog

from missent.core.verdict import Action
from missent.gates import reply
from missent.gates.disposition import Disposition, Outcome

if TYPE_CHECKING:
    from missent.core.verdict import RecipientVerdict, Verdict
    from missent.gates.confirm import Confirm
    from missent.gates.interface import Assess
    from missent.gates.milter.session import Question
    from missent.smtp.replies import Reply

_log = structlog.get_logger("missent.milter")


@dataclass(frozen=True, slots=True)
class DeskOptions:
    """How verdicts are carried out.

    Attributes:
        deadline: for one decision, in seconds; the MTA's own (Postfix: `milter_command_timeout`,
            30 s) must lie above it.
        on_error: what happens to a recipient that could not be decided.
        hold_by: `queue` takes the whole message into the MTA's hold queue; `refuse-once` refuses
            the recipient until the sender tries again.
        local: what happens to a message with a blocked recipient that did not come by SMTP, where
            one recipient cannot be refused alone.
    """

    deadline: float = 5.0
    on_error: Literal["accept", "tempfail"] = "accept"
    hold_by: Literal["queue", "refuse-once"] = "queue"
    local: Literal["bounce", "hold"] = "bounce"


class Desk:
    """Decides about the recipients of a question.

    Attributes:
        counts: what was decided, by disposition; and what went wrong, by reason.
    """

    def __init__(self, assess: Assess, options: DeskOptions, confirm: Confirm) -> None:
        self._assess = assess
        self._options = options
        self._confirm = confirm
        self._trouble = ""
        self.counts: Counter[str] = Counter()

    async def decide(self, question: Question) -> tuple[Disposition, ...]:
        """Decide about each recipient; never raises but for cancellation."""
        try:
            async with asyncio.timeout(self._options.deadline):
                verdict = await self._assess(question.message)
                dispositions = await self._dispositions(question, verdict)
        except TimeoutError:
            return self._failed(question, "deadline")
        except Exception as error:  # noqa: BLE001  the MTA needs an answer, whatever is broken
            return self._failed(question, f"{type(error).__name__}: {error}")
        if self._trouble:
            _log.warning("deciding again", after=self._trouble)
            self._trouble = ""
        return dispositions

    async def _dispositions(self, question: Question, verdict: Verdict) -> tuple[Disposition, ...]:
        found = []
        for answer in verdict.recipients:
            outcome, said = Outcome.ACCEPTED, None
            if answer.action is not Action.ALLOW and verdict.enforced:
                outcome, said = await self._act(question, answer)
            self.counts[outcome.value] += 1
            address = answer.recipient.address
            found.append(Disposition(address, outcome, answer, verdict.enforced, said))
        return tuple(found)

    async def _act(
        self, question: Question, answer: RecipientVerdict
    ) -> tuple[Outcome, Reply | None]:
        if answer.action is Action.WARN:
            return Outcome.WARNED, None
        if answer.action is Action.BLOCK:
            if not question.by_smtp and self._options.local == "hold" and question.can_hold:
                return Outcome.HELD, None
            return Outcome.REFUSED, reply.refusal(answer, smtputf8=question.utf8)
        if self._options.hold_by == "queue" and question.can_hold:
            return Outcome.HELD, None
        sender, address = question.message.mail_from, answer.recipient.address
        if await self._confirm.again(sender.key if sender else "", address.key):
            await self._assess.confirmed(sender, address)
            return Outcome.CONFIRMED, None
        return Outcome.REFUSED, self._confirm.refusal(answer, smtputf8=question.utf8)

    def _failed(self, question: Question, reason: str) -> tuple[Disposition, ...]:
        self.counts[f"error: {reason.partition(':')[0]}"] += 1
        if not self._trouble:
            # Once, and not for every recipient of an outage.
            _log.error("cannot decide", reason=reason, then=self._options.on_error)
            self._trouble = reason
        outcome, said = Outcome.ACCEPTED, None
        if self._options.on_error == "tempfail":
            outcome, said = Outcome.TEMPFAILED, reply.UNDECIDED
        return tuple(
            Disposition(recipient.address, outcome, reply=said, reason=reason)
            for recipient in question.message.recipients
        )
