"""One line a prompt: JSON for programs, text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.moment import iso
from missent.report import as_json

if TYPE_CHECKING:
    from missent.audit.replay_prompt import Prompt
    from missent.core.finding import Json


def row(prompt: Prompt) -> dict[str, Json]:
    """The object for one prompt, as `missent replay --format ndjson` writes it."""
    finding = as_json.finding(prompt.finding)
    return {
        "message_id": prompt.message_id,
        "date": iso(prompt.at),
        "sender": str(prompt.sender),
        "recipient": str(prompt.recipient),
        "action": str(prompt.action),
        "code": finding["code"],
        "probability": finding["probability"],
        "did_you_mean": finding["did_you_mean"],
        "evidence": finding["evidence"],
    }


def ndjson(prompt: Prompt, *, afterwards: bool = False) -> str:
    """The object on one line; one that only later mail shows says so in one more key."""
    return as_json.dumps(row(prompt) | ({"afterwards": True} if afterwards else {}))


def text(prompt: Prompt, *, afterwards: bool = False) -> str:
    """When, what, who to whom, and who was probably meant, on one line."""
    meant = " or ".join(map(str, prompt.finding.did_you_mean))
    return (
        f"{iso(prompt.at)} {prompt.action!s:5} {prompt.finding.code}"
        f" {min(prompt.finding.probability, 0.99):4.0%} {prompt.sender} -> {prompt.recipient}"
        + (f" did you mean {meant}?" if meant else "")
        + (" (again)" if prompt.repeat else "")
        + (" (afterwards)" if afterwards else "")
    )
