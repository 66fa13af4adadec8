"""What the relay does about an action. The hold room adds its own answer here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.verdict import Action
from missent.gates.disposition import Outcome
from missent.gates.reply import refusal

if TYPE_CHECKING:
    from missent.core.verdict import RecipientVerdict
    from missent.gates.confirm import Confirm
    from missent.gates.interface import Assess
    from missent.gates.relay.options import HoldBy
    from missent.smtp.events import Mail
    from missent.smtp.replies import Reply


class Dispose:
    """Carries verdicts out.

    Args:
        hold_by: what becomes of a held recipient: refused until the sender tries again, or refused
            as a blocked one is. Never 4xx: the client's MTA would try again by itself.
        confirm: counts the attempts.
        assess: remembers what was confirmed.
    """

    def __init__(self, hold_by: HoldBy, confirm: Confirm, assess: Assess) -> None:
        self._hold_by = hold_by
        self._confirm = confirm
        self._assess = assess

    async def __call__(
        self, mail: Mail, verdict: RecipientVerdict, *, enforced: bool
    ) -> tuple[Outcome, Reply | None]:
        """Turn an action into what becomes of the recipient, and what the client is told.

        Args:
            mail: begins the transaction.
            verdict: about the recipient.
            enforced: False in monitor mode, which accepts everything.

        Returns:
            The outcome; and the refusal, None where the recipient is passed on.

        Raises:
            StoreError: earlier attempts cannot be looked up.
        """
        if not enforced or verdict.action is Action.ALLOW:
            return Outcome.ACCEPTED, None
        if verdict.action is Action.WARN:
            return Outcome.WARNED, None
        if verdict.action is Action.BLOCK or self._hold_by == "refuse":
            return Outcome.REFUSED, refusal(verdict, smtputf8=mail.smtputf8)
        sender, address = mail.address, verdict.recipient.address
        if await self._confirm.again(sender.key if sender else "", address.key):
            await self._assess.confirmed(sender, address)
            return Outcome.CONFIRMED, None
        return Outcome.REFUSED, self._confirm.refusal(verdict, smtputf8=mail.smtputf8)
