"""A verdict as the hold room keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.hold.held import Reason, Suspect

if TYPE_CHECKING:
    from missent.core.verdict import RecipientVerdict


def suspect(verdict: RecipientVerdict, *, review: bool = False) -> Suspect:
    """A recipient in question, with what was found.

    Args:
        verdict: about it.
        review: whether a reviewer must let it go.
    """
    return Suspect(
        str(verdict.recipient.address),
        tuple(map(str, verdict.did_you_mean)),
        tuple(Reason(f.code, " ".join(f.summary.split())) for f in verdict.findings),
        review,
    )
