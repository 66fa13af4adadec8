"""Where a question of the session is decided: verdicts become outcomes, within a deadline."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import structlog

from missent.core.verdict import Action, RecipientVerdict
from missent.gates import reply
from missent.gates.milter.outcome import Outcome, reply_code

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.core.verdict import Verdict
    from missent.gates.confirm import Confirm
    from missent.gates.interface import Assess
    from missent.gates.milter.session import Question

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

    async def decide(self, question: Question) -> tuple[Outcome, ...]:
        """Decide about each recipient; never raises but for cancellation."""
        try:
            async with asyncio.timeout(self._options.deadline):
                verdict = await self._assess(question.message)
                outcomes = await self._outcomes(question, verdict)
        except TimeoutError:
            return self._failed(question, "deadline")
        except Exception as error:  # noqa: BLE001  the MTA needs an answer, whatever is broken
            return self._failed(question, f"{type(error).__name__}: {error}")
        if self._trouble:
            _log.warning("deciding again", after=self._trouble)
            self._trouble = ""
        return outcomes

    async def _outcomes(self, question: Question, verdict: Verdict) -> tuple[Outcome, ...]:
        sender = question.message.mail_from
        found = []
        for answer in verdict.recipients:
            if answer.action is Action.ALLOW or not verdict.enforced:
                outcome = Outcome(answer, "passed")
            elif answer.action is Action.WARN:
                outcome = Outcome(answer, "warned")
            elif answer.action is Action.BLOCK:
                outcome = self._block(question, answer)
            else:
                outcome = await self._hold(question, answer, sender)
            self.counts[outcome.disposition] += 1
            found.append(outcome)
        return tuple(found)

    def _block(self, question: Question, answer: RecipientVerdict) -> Outcome:
        if not question.by_smtp and self._options.local == "hold" and question.can_hold:
            return Outcome(answer, "held")
        said = reply.refusal(answer, smtputf8=question.utf8)
        return Outcome(answer, "refused", reply_code(said, utf8=question.utf8))

    async def _hold(
        self, question: Question, answer: RecipientVerdict, sender: Address | None
    ) -> Outcome:
        if self._options.hold_by == "queue" and question.can_hold:
            return Outcome(answer, "held")
        address = answer.recipient.address
        if await self._confirm.again(sender.key if sender else "", address.key):
            await self._assess.confirmed(sender, address)
            return Outcome(answer, "confirmed")
        said = self._confirm.refusal(answer, smtputf8=question.utf8)
        return Outcome(answer, "refused", reply_code(said, utf8=question.utf8))

    def _failed(self, question: Question, reason: str) -> tuple[Outcome, ...]:
        self.counts[f"error: {reason.partition(':')[0]}"] += 1
        if not self._trouble:
            # Once, and not for every recipient of an outage.
            _log.error("cannot decide", reason=reason, then=self._options.on_error)
            self._trouble = reason
        refusal = None
        if self._options.on_error == "tempfail":
            refusal = reply_code(reply.UNDECIDED, utf8=False)
        return tuple(
            Outcome(RecipientVerdict(recipient), "failed", refusal)
            for recipient in question.message.recipients
        )
