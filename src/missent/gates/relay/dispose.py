"""What the relay does about an action. The hold room will change this one function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.verdict import Action
from missent.gates.disposition import Outcome

if TYPE_CHECKING:
    from missent.core.verdict import RecipientVerdict


def dispose(verdict: RecipientVerdict, *, enforced: bool) -> Outcome:
    """Turn an action into what becomes of the recipient.

    A held recipient is refused as a blocked one is: there is nowhere yet to hold it, and 4xx
    would make the client's MTA try again by itself.

    Args:
        verdict: about the recipient.
        enforced: False in monitor mode, which accepts everything.
    """
    if not enforced or verdict.action is Action.ALLOW:
        return Outcome.ACCEPTED
    return Outcome.REFUSED if verdict.action >= Action.HOLD else Outcome.WARNED
