"""The engine's answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.core.finding import Finding
    from missent.core.message import Recipient
    from missent.core.permission import Permission


class Action(IntEnum):
    """What the policy asks for, ordered: the strictest wins."""

    ALLOW = 0
    WARN = 1
    HOLD = 2
    BLOCK = 3

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class CheckError:
    """A check that crashed; the others still count."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class RecipientVerdict:
    """The answer for one recipient.

    Attributes:
        recipient: who it is about.
        action: what the policy asks for.
        findings: every finding, the strongest first.
        errors: checks that could not be run for it.
        excepted: the exception that lets it pass in spite of the findings.
    """

    recipient: Recipient
    action: Action = Action.ALLOW
    findings: tuple[Finding, ...] = ()
    errors: tuple[CheckError, ...] = ()
    excepted: Permission | None = None

    @property
    def did_you_mean(self) -> tuple[Address, ...]:
        """The addresses that were probably meant, best first, each once."""
        return tuple(dict.fromkeys(a for f in self.findings for a in f.did_you_mean))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one message.

    Attributes:
        recipients: one answer each, in the order of the message.
        enforced: False in monitor mode: a gate records the action and does not act on it.
    """

    recipients: tuple[RecipientVerdict, ...]
    enforced: bool = False

    @property
    def action(self) -> Action:
        """The strictest action of all recipients."""
        return max((r.action for r in self.recipients), default=Action.ALLOW)

    @property
    def errors(self) -> tuple[CheckError, ...]:
        """Every check that could not be run."""
        return tuple(e for r in self.recipients for e in r.errors)
