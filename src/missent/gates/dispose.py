"""What a gate does about a recipient: the same at every gate, but for what one alone can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from missent.core.verdict import Action
from missent.gates.disposition import Outcome
from missent.gates.reply import UNDECIDED, refusal

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.core.verdict import RecipientVerdict
    from missent.gates.confirm import Confirm
    from missent.gates.interface import Assess
    from missent.gates.keeper import Keeper
    from missent.smtp.replies import Reply

OnError: TypeAlias = Literal["accept", "tempfail"]
Act: TypeAlias = "tuple[Outcome, Reply | None]"
"""What becomes of a recipient; and what the client is told, None where it is passed on or kept."""

_ACCEPT: Act = (Outcome.ACCEPTED, None)
_WARN: Act = (Outcome.WARNED, None)
_KEEP: Act = (Outcome.KEPT, None)
_TEMPFAIL: Act = (Outcome.TEMPFAILED, UNDECIDED)


class Dispose:
    """Carries verdicts out. Never by 4xx: the client's MTA would try again by itself.

    Args:
        assess: remembers what was confirmed.
        confirm: counts the attempts.
        keeper: keeps messages; None where nothing is kept.
        once: whether a held recipient that is not kept is refused until its sender tries again;
            otherwise it is refused as a blocked one is.
    """

    def __init__(
        self, assess: Assess, confirm: Confirm, keeper: Keeper | None = None, *, once: bool = True
    ) -> None:
        self._assess = assess
        self._confirm = confirm
        self._keeper = keeper
        self._once = once

    def at_once(
        self, verdict: RecipientVerdict, *, enforced: bool, smtputf8: bool, can_keep: bool
    ) -> Act | None:
        """What needs no look into the store; None: call `stop`.

        Args:
            verdict: about the recipient.
            enforced: False in monitor mode, which accepts everything.
            smtputf8: whether the client said SMTPUTF8.
            can_keep: whether the message could be sent later: not with somebody else's password.
        """
        action = verdict.action
        if action is Action.ALLOW or not enforced:
            return _ACCEPT
        if action is Action.WARN:
            return _WARN
        if self._keeps(verdict, can_keep=can_keep) is None and not self._asks_again(action):
            return Outcome.REFUSED, refusal(verdict, smtputf8=smtputf8)
        return None

    async def stop(
        self,
        verdict: RecipientVerdict,
        mail_from: Address | None,
        *,
        smtputf8: bool,
        can_keep: bool,
    ) -> Act:
        """Keep the message for its sender to choose, or let the sender send it again, or refuse.

        Raises:
            StoreError: earlier attempts cannot be looked up.
        """
        keeper = self._keeps(verdict, can_keep=can_keep)
        if keeper is not None:
            takes = await keeper.takes(mail_from)
            if takes is None:
                return _TEMPFAIL
            if takes:
                return _KEEP
        if not self._asks_again(verdict.action):
            return Outcome.REFUSED, refusal(verdict, smtputf8=smtputf8)
        address = verdict.recipient.address
        if await self._confirm.again(mail_from.key if mail_from else "", address.key):
            await self._assess.confirmed(mail_from, address)
            return Outcome.CONFIRMED, None
        return Outcome.REFUSED, self._confirm.refusal(verdict, smtputf8=smtputf8)

    def _keeps(self, verdict: RecipientVerdict, *, can_keep: bool) -> Keeper | None:
        """Who keeps the message for this recipient; a blocked one needs a reviewer."""
        keeper = self._keeper if can_keep else None
        if keeper is None or verdict.action is not Action.BLOCK or keeper.reviews(verdict):
            return keeper
        return None

    def _asks_again(self, action: Action) -> bool:
        return self._once and action is not Action.BLOCK


def undecided(on_error: OnError) -> Act:
    """What becomes of a recipient that could not be decided."""
    return _TEMPFAIL if on_error == "tempfail" else _ACCEPT
