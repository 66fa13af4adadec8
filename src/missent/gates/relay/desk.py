"""Where a recipient is decided about, in time: a verdict becomes a disposition."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from missent.gates.dispose import undecided
from missent.gates.disposition import Disposition, Outcome
from missent.smtp.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.core.address import Address
    from missent.core.message import Message
    from missent.gates.dispose import Dispose, OnError
    from missent.gates.interface import Assess
    from missent.smtp.events import Mail

_log = structlog.get_logger("missent.relay")
_KEPT = Reply(250, "2.1.5", ("recipient ok; the message will be held for it",))


class Desk:
    """Decides about one recipient at a time.

    Args:
        assess: gathers the facts and screens.
        dispose: carries verdicts out.
        deadline: seconds for one decision.
        on_error: what happens to a recipient that could not be decided.
    """

    def __init__(
        self, assess: Assess, dispose: Dispose, deadline: float, on_error: OnError
    ) -> None:
        self._assess = assess
        self._dispose = dispose
        self._deadline = deadline
        self._on_error = on_error

    async def decide(self, mail: Mail, message: Message, *, can_keep: bool = False) -> Disposition:
        """Say what becomes of a recipient; without a reply, it is to be passed on.

        Args:
            mail: began the transaction.
            message: the recipient that is asked about, and those that were taken before it.
            can_keep: whether the message could be sent later.
        """
        address = message.recipients[0].address
        try:
            async with asyncio.timeout(self._deadline):
                verdict = await self._assess(message)
                if not verdict.recipients:
                    return self._undecided(address, "no verdict")
                answer, enforced = verdict.recipients[0], verdict.enforced
                outcome, reply = self._dispose.at_once(
                    answer, enforced=enforced, smtputf8=mail.smtputf8, can_keep=can_keep
                ) or await self._dispose.stop(
                    answer, mail.address, smtputf8=mail.smtputf8, can_keep=can_keep
                )
        except TimeoutError:
            return self._undecided(address, "deadline")
        except Exception as error:  # noqa: BLE001  a bug there must not stop mail, see on_error
            _log.exception("recipient not decided")
            return self._undecided(address, type(error).__name__)
        if outcome is Outcome.KEPT:
            reply = _KEPT
        return Disposition(address, outcome, answer, enforced, reply)

    async def sent(self, message: Message) -> None:
        """Remember a message that was handed on."""
        try:
            async with asyncio.timeout(self._deadline):
                await self._assess.sent(message)
        except Exception:  # noqa: BLE001  it is sent, whatever becomes of the bookkeeping
            _log.exception("message sent but not remembered")

    def decided(self, mail: Mail, dispositions: Sequence[Disposition], *, sent: bool) -> None:
        """Keep what became of a message's recipients."""
        self._assess.decided(mail.address, dispositions, sent=sent)

    def _undecided(self, address: Address, reason: str) -> Disposition:
        outcome, reply = undecided(self._on_error)
        return Disposition(address, outcome, reply=reply, reason=reason)
