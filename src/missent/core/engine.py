"""The product: one pure function from a message and what is known of it to a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.evidence import case
from missent.core.familiar import is_familiar
from missent.core.policy import Mode
from missent.core.verdict import Action, CheckError, RecipientVerdict, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.core.check import Check
    from missent.core.facts import Facts
    from missent.core.finding import Finding
    from missent.core.message import Message, Recipient
    from missent.core.policy import Policy


def screen(message: Message, facts: Facts, policy: Policy, checks: Sequence[Check]) -> Verdict:
    """Decide about every recipient of a message.

    The order of recipients and of checks makes no difference to any recipient's action.

    Args:
        message: what is to be sent.
        facts: what was found out before.
        policy: which findings lead to which action.
        checks: what to look for.

    Returns:
        One verdict a recipient, in the order of the message. Never raises for a failing check:
        that becomes a `CheckError` in the verdict.
    """
    return Verdict(
        tuple([_look(r, message, facts, policy, checks) for r in message.recipients]),
        enforced=policy.mode is Mode.ENFORCE,
    )


def _look(
    recipient: Recipient, message: Message, facts: Facts, policy: Policy, checks: Sequence[Check]
) -> RecipientVerdict:
    findings: list[Finding] = []
    errors: list[CheckError] = []
    familiar = is_familiar(recipient.address, message.mail_from, facts)
    for check in checks:
        if familiar and check.spares_familiar:
            continue
        try:
            findings.extend(check(recipient, message, facts))
        except Exception as error:  # noqa: BLE001  one broken check must not silence the others
            errors.append(CheckError(check.code, f"{type(error).__name__}: {error}"))
    if not familiar:
        case.let_go()
    if not findings:
        return RecipientVerdict(recipient, Action.ALLOW, (), tuple(errors))
    findings.sort(key=lambda f: (-f.probability, f.code, f.summary))
    action = policy.action(findings)
    if action > Action.ALLOW and facts.exceptions:
        excepted = facts.exceptions.covering(recipient.address, message.mail_from, facts.at)
        if excepted is not None:
            return RecipientVerdict(
                recipient, Action.ALLOW, tuple(findings), tuple(errors), excepted
            )
    return RecipientVerdict(recipient, action, tuple(findings), tuple(errors))
