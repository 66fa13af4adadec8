"""What the gates decided, as the store keeps it: every prompt, and the number of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.verdict import Action
from missent.memory.decided import Decision
from missent.report import as_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from missent.core.address import Address
    from missent.gates.disposition import Disposition

_KINDS: dict[Action | None, str] = {None: "undecided", **{action: str(action) for action in Action}}


def kinds(dispositions: Sequence[Disposition]) -> list[str]:
    """What a message adds to the day's `Tally`."""
    return ["messages", *[_KINDS[d.action] for d in dispositions]]


def prompts(
    mail_from: Address | None, dispositions: Sequence[Disposition], at: int, message_id: str
) -> Iterator[Decision]:
    """Those recipients that somebody was, or in monitor mode would have been, asked about."""
    for one in dispositions:
        verdict = one.verdict
        if verdict is None or verdict.action is Action.ALLOW:
            continue
        outcome = one.outcome.value
        yield Decision(
            at,
            mail_from.key if mail_from else "",
            one.address.key,
            str(verdict.action),
            one.codes,
            verdict.findings[0].probability if verdict.findings else 0.0,
            tuple(map(str, verdict.did_you_mean)),
            f"{outcome}: {one.reason}" if one.reason else outcome,
            message_id,
            one.enforced,
            tuple(map(as_json.kept, verdict.findings)),
        )
