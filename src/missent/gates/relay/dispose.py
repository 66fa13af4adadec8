"""What the relay does about an action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.verdict import Action
from missent.gates.disposition import Outcome
from missent.gates.reply import UNDECIDED, refusal
from missent.smtp.replies import Reply

if TYPE_CHECKING:
    from missent.core.verdict import RecipientVerdict
    from missent.gates.confirm import Confirm
    from missent.gates.interface import Assess
    from missent.gates.keeper import Keeper
    from missent.gates.relay.options import HoldBy
    from missent.smtp.events import Mail

_KEPT = Reply(250, "2.1.5", ("recipient ok; the message will be held for it",))


class Dispose:
    """Carries verdicts out.

    Args:
        hold_by: what becomes of a held recipient: kept, refused until the sender tries again (also
            where it cannot be kept), or refused as a blocked one is. Never 4xx: the client's MTA
            would try again by itself.
        confirm: counts the attempts.
        assess: remembers what was confirmed.
        keeper: keeps, where that is the way.
    """

    def __init__(
        self, hold_by: HoldBy, confirm: Confirm, assess: Assess, keeper: Keeper | None = None
    ) -> None:
        self._hold_by = hold_by
        self._keeper = keeper if hold_by == "hold" else None
        self._confirm = confirm
        self._assess = assess

    async def __call__(
        self, mail: Mail, verdict: RecipientVerdict, *, enforced: bool, can_keep: bool = False
    ) -> tuple[Outcome, Reply | None]:
        """Turn an action into what becomes of the recipient, and what the client is told.

        Args:
            mail: begins the transaction.
            verdict: about the recipient.
            enforced: False in monitor mode, which accepts everything.
            can_keep: whether a message can be sent later: not with somebody else's password.

        Returns:
            The outcome; and what the client is told, None where the recipient is passed on.

        Raises:
            StoreError: earlier attempts cannot be looked up.
        """
        if not enforced or verdict.action is Action.ALLOW:
            return Outcome.ACCEPTED, None
        if verdict.action is Action.WARN:
            return Outcome.WARNED, None
        if self._keeper is not None and can_keep:
            kept = await self._keep(self._keeper, mail, verdict)
            if kept is not None:
                return kept
        if verdict.action is Action.BLOCK or self._hold_by == "refuse":
            return Outcome.REFUSED, refusal(verdict, smtputf8=mail.smtputf8)
        sender, address = mail.address, verdict.recipient.address
        if await self._confirm.again(sender.key if sender else "", address.key):
            await self._assess.confirmed(sender, address)
            return Outcome.CONFIRMED, None
        return Outcome.REFUSED, self._confirm.refusal(verdict, smtputf8=mail.smtputf8)

    async def _keep(
        self, keeper: Keeper, mail: Mail, verdict: RecipientVerdict
    ) -> tuple[Outcome, Reply] | None:
        """Keep it, where that is the way for it and its sender can be asked."""
        if verdict.action is Action.BLOCK and not keeper.reviews(verdict):
            return None
        takes = await keeper.takes(mail.address)
        if takes is None:
            return Outcome.TEMPFAILED, UNDECIDED
        return (Outcome.KEPT, _KEPT) if takes else None
