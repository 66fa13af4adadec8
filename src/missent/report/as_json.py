"""Verdicts as JSON: the object that the command line, the logs and the APIs share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from missent.core.errors import AddressError
    from missent.core.finding import Finding, Json
    from missent.core.verdict import RecipientVerdict

_DIGITS = 6  # of a probability; more would claim a precision that nothing has


def recipient(verdict: RecipientVerdict, given: str = "") -> dict[str, Json]:
    """The object for one recipient.

    Args:
        verdict: what was decided.
        given: the recipient as it was written, where that is to be repeated; otherwise its
            normalised form stands.

    Returns:
        The keys `recipient`, `action`, `did_you_mean` and `findings`; `errors` beside them only
        where a check could not be run.
    """
    told: dict[str, Json] = {
        "recipient": given or str(verdict.recipient.address),
        "action": str(verdict.action),
        "did_you_mean": [str(address) for address in verdict.did_you_mean],
        "findings": [finding(f) for f in verdict.findings],
    }
    if verdict.errors:
        told["errors"] = [{"code": e.code, "reason": e.reason} for e in verdict.errors]
    return told


def finding(found: Finding) -> dict[str, Json]:
    """The object for one finding."""
    return {
        "code": found.code,
        "probability": round(found.probability, _DIGITS),
        "summary": found.summary,
        "did_you_mean": [str(address) for address in found.did_you_mean],
        "evidence": dict(found.evidence),
    }


def kept(found: Finding) -> dict[str, Json]:
    """The same for the record of a decision: with what a policy asks of it."""
    return finding(found) | ({"protected": True} if found.protected else {})


def no_address(given: str, error: AddressError) -> dict[str, Json]:
    """The object for a text that is no address: nothing was decided, and `error` says why."""
    return {
        "recipient": given,
        "action": None,
        "did_you_mean": [],
        "findings": [],
        "error": str(error),
    }


def dumps(told: Json) -> str:
    """One line of JSON, ASCII only: a U-label or a control character cannot disturb a terminal."""
    return json.dumps(told, separators=(",", ":"))
