"""From findings to an action. Checks report, this decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from missent.core.verdict import Action

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missent.core.finding import Finding


class Mode(Enum):
    """Whether a gate acts on a verdict or only records it."""

    MONITOR = "monitor"
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the policy: findings like this ask for this action.

    Attributes:
        code: a check code ("T101"), a family ("T"), or "*".
        probability: the least probability that the rule applies to.
        action: what it asks for.
        protected: True for findings in protected zones only.
    """

    code: str
    probability: float
    action: Action
    protected: bool = False

    def applies(self, finding: Finding) -> bool:
        """Whether this rule speaks of that finding."""
        return (
            finding.probability >= self.probability
            and (self.code == "*" or finding.code.startswith(self.code))
            and (finding.protected or not self.protected)
        )


DEFAULT_RULES = (
    # Each as low as the budget of needless prompts allows: docs/explanation/accuracy.md.
    Rule("T101", 0.76, Action.WARN),
    Rule("T102", 0.5, Action.WARN),
    Rule("T103", 0.5, Action.WARN),
    Rule("T104", 0.55, Action.WARN),
    Rule("T105", 0.76, Action.WARN),
    Rule("T", 0.9, Action.HOLD),
    Rule("T", 0.9, Action.BLOCK, protected=True),
    Rule("X", 0.5, Action.BLOCK),
    Rule("R301", 0.9, Action.BLOCK),
    Rule("R302", 0.9, Action.HOLD),
)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules, and whether they are enforced.

    Attributes:
        rules: every rule that applies is heard; the strictest action wins.
        mode: monitor by default, so that a first installation never stops mail.
    """

    rules: tuple[Rule, ...] = DEFAULT_RULES
    mode: Mode = Mode.MONITOR

    def action(self, findings: Iterable[Finding]) -> Action:
        """The strictest action that any rule asks for; allow where none does."""
        return max(
            (rule.action for f in findings for rule in self.rules if rule.applies(f)),
            default=Action.ALLOW,
        )
