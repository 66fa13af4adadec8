"""Where a question of the session is decided: verdicts become dispositions, in time."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import structlog

from missent.gates import reply
from missent.gates.dispose import undecided
from missent.gates.disposition import Disposition, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from missent.core.message import Message
    from missent.core.verdict import RecipientVerdict, Verdict
    from missent.gates.dispose import Act, Dispose, OnError
    from missent.gates.interface import Assess
    from missent.gates.keeper import Keeper, Kept
    from missent.gates.milter.events import Question
    from missent.smtp.replies import Reply

HoldBy: TypeAlias = Literal["hold", "queue", "refuse-once"]

_log = structlog.get_logger("missent.milter")
_HOLD: Act = (Outcome.HELD, None)


@dataclass(frozen=True, slots=True)
class DeskOptions:
    """How verdicts are carried out.

    Attributes:
        deadline: for one decision, in seconds; the MTA's own (Postfix: `milter_command_timeout`,
            30 s) must lie above it.
        on_error: what happens to a recipient that could not be decided.
        hold_by: `hold` keeps the message for the held recipients and lets the others have it;
            where its sender cannot be asked, it does as `refuse-once`. `queue` takes the whole
            message into the MTA's hold queue. `refuse-once` refuses the recipient until the sender
            tries again.
        local: what happens to a message with a blocked recipient that did not come by SMTP, where
            one recipient cannot be refused alone.
    """

    deadline: float = 5.0
    on_error: OnError = "accept"
    hold_by: HoldBy = "queue"
    local: Literal["bounce", "hold"] = "bounce"


class Desk:
    """Decides about the recipients of a question.

    Attributes:
        counts: what was decided, by disposition; and what went wrong, by reason.
    """

    def __init__(
        self,
        assess: Assess,
        options: DeskOptions,
        dispose: Dispose,
        at_once: Callable[[Message], Verdict | None] | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        """Decide by what `assess` says.

        Args:
            assess: gathers the facts and screens.
            options: how verdicts are carried out.
            dispose: carries them out.
            at_once: the verdict of `assess` where nothing has to be waited for, None where
                something has: it spares most messages a task of their own.
            keeper: keeps messages; None where none is kept.
        """
        self._assess = assess
        self._options = options
        self._dispose = dispose
        self._keeper = keeper
        self._verdict_at_once = at_once
        self._trouble = ""
        self.counts: Counter[str] = Counter()

    def at_once(self, question: Question) -> tuple[Disposition, ...] | None:
        """Decide about each recipient, if nothing must be waited for; None: `decide`."""
        if self._verdict_at_once is None:
            return None
        try:
            verdict = self._verdict_at_once(question.message)
            if verdict is None:
                return None
            acts = []
            for answer in verdict.recipients:
                act = self._act(question, verdict, answer)
                if act is None:
                    return None
                acts.append(act)
        except Exception as error:  # noqa: BLE001  the MTA needs an answer, whatever is broken
            return self._failed(question, f"{type(error).__name__}: {error}")
        return self._done(verdict, acts)

    async def decide(self, question: Question) -> tuple[Disposition, ...]:
        """Decide about each recipient; never raises but for cancellation."""
        try:
            async with asyncio.timeout(self._options.deadline):
                verdict = await self._assess(question.message)
                acts = [
                    self._act(question, verdict, answer) or await self._stop(question, answer)
                    for answer in verdict.recipients
                ]
        except TimeoutError:
            return self._failed(question, "deadline")
        except Exception as error:  # noqa: BLE001  the MTA needs an answer, whatever is broken
            return self._failed(question, f"{type(error).__name__}: {error}")
        return self._done(verdict, acts)

    def _act(self, question: Question, verdict: Verdict, answer: RecipientVerdict) -> Act | None:
        """What to do about a recipient; None where something must be looked up."""
        act = self._dispose.at_once(
            answer,
            enforced=verdict.enforced,
            smtputf8=question.smtputf8,
            can_keep=question.can_keep,
        )
        return _HOLD if question.can_hold and self._queues(question, act) else act

    def _queues(self, question: Question, act: Act | None) -> bool:
        """Whether the MTA's hold queue takes the message instead."""
        if act is None:
            return self._options.hold_by == "queue"
        local = not question.by_smtp and self._options.local == "hold"
        return local and act[0] is Outcome.REFUSED

    async def _stop(self, question: Question, answer: RecipientVerdict) -> Act:
        return await self._dispose.stop(
            answer,
            question.message.mail_from,
            smtputf8=question.smtputf8,
            can_keep=question.can_keep,
        )

    async def keep(self, kept: Kept) -> tuple[str, Reply | None]:
        """Lay a message into the store: its name there, or what the MTA is told instead."""
        if self._keeper is None:
            return "", reply.UNDECIDED
        name, refusal = await self._keeper.keep(kept)
        if refusal is not None:
            self.counts["error: not kept"] += 1
        return name, refusal

    def _done(self, verdict: Verdict, acts: Sequence[Act]) -> tuple[Disposition, ...]:
        if self._trouble:
            _log.warning("deciding again", after=self._trouble)
            self._trouble = ""
        found = []
        for answer, (outcome, said) in zip(verdict.recipients, acts, strict=True):
            self.counts[outcome] += 1
            address = answer.recipient.address
            found.append(Disposition(address, outcome, answer, verdict.enforced, said))
        return tuple(found)

    def _failed(self, question: Question, reason: str) -> tuple[Disposition, ...]:
        self.counts[f"error: {reason.partition(':')[0]}"] += 1
        if not self._trouble:
            # Once, and not for every recipient of an outage.
            _log.error("cannot decide", reason=reason, then=self._options.on_error)
            self._trouble = reason
        outcome, said = undecided(self._options.on_error)
        return tuple(
            Disposition(recipient.address, outcome, reply=said, reason=reason)
            for recipient in question.message.recipients
        )
