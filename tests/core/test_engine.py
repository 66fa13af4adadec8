from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from missent.core.address import Address
from missent.core.engine import screen
from missent.core.facts import Facts
from missent.core.finding import Finding
from missent.core.message import Message, Recipient
from missent.core.pattern import Pattern
from missent.core.permission import Permission, Permissions
from missent.core.policy import Mode, Policy
from missent.core.verdict import Action, CheckError
from missent.testing.checks import heard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from missent.core.check import Check


@dataclass(frozen=True, slots=True)
class Says:
    """A check that says the same of every recipient at one domain."""

    domain: str
    probability: float
    code: str = "T101"
    summary: str = "because"
    spares_familiar: bool = True

    def __call__(self, recipient: Recipient, message: Message, facts: Facts) -> Sequence[Finding]:
        del message, facts
        if recipient.address.domain.name != self.domain:
            return ()
        return (Finding(self.code, self.probability, self.summary),)


@dataclass(frozen=True, slots=True)
class Crashes:
    code: str = "T999"
    spares_familiar: bool = False

    def __call__(self, recipient: Recipient, message: Message, facts: Facts) -> Sequence[Finding]:
        del recipient, message, facts
        raise RuntimeError("out of order")


@dataclass(frozen=True, slots=True)
class CrashesLate:
    code: str = "T998"
    spares_familiar: bool = False

    def __call__(self, recipient: Recipient, message: Message, facts: Facts) -> Sequence[Finding]:
        del recipient, message, facts
        return self._looks()  # type: ignore[return-value]

    def _looks(self) -> Iterator[Finding]:
        yield Finding(self.code, 0.95, "seen before the crash")
        raise RuntimeError("out of order")


def to(*addresses: str) -> Message:
    sender = Address.parse("ann@corp.example")
    return Message(sender, tuple(Recipient(Address.parse(address)) for address in addresses))


def test_every_recipient_has_its_own_action_in_the_order_of_the_message() -> None:
    checks = [Says("a.example", 0.95), Says("b.example", 0.8)]
    verdict = screen(to("x@c.example", "x@a.example", "x@b.example"), Facts(), Policy(), checks)
    assert [r.action for r in verdict.recipients] == [Action.ALLOW, Action.HOLD, Action.WARN]
    assert [str(r.recipient.address.domain) for r in verdict.recipients] == [
        "c.example",
        "a.example",
        "b.example",
    ]


@pytest.mark.parametrize("broken", [Crashes(), CrashesLate()])
def test_a_crashing_check_silences_no_other(broken: Crashes | CrashesLate) -> None:
    verdict = screen(to("x@a.example"), Facts(), Policy(), [broken, Says("a.example", 0.95)])
    assert verdict.action is Action.HOLD
    assert verdict.errors == (CheckError(broken.code, "RuntimeError: out of order"),)


def test_what_was_seen_before_a_crash_counts() -> None:
    verdict = screen(to("x@a.example"), Facts(), Policy(), [CrashesLate()])
    assert verdict.action is Action.HOLD


def test_the_strongest_finding_comes_first_whatever_the_order_of_the_checks() -> None:
    checks = [
        Says("a.example", 0.6),
        Says("a.example", 0.9, "X901", "b"),
        Says("a.example", 0.9, "X901", "a"),
        Says("a.example", 0.9, "T102"),
    ]
    message = to("x@a.example")
    forwards = screen(message, Facts(), Policy(), checks)
    assert forwards == screen(message, Facts(), Policy(), checks[::-1])
    assert [(f.code, f.summary) for f in forwards.recipients[0].findings] == [
        ("T102", "because"),
        ("X901", "a"),
        ("X901", "b"),
        ("T101", "because"),
    ]


def test_an_exception_allows_and_keeps_the_findings() -> None:
    allowed = Permissions((Permission(Pattern.parse("a.example"), "security", "a project", 100),))
    checks = [Says("a.example", 0.95)]
    inside = screen(to("x@a.example"), Facts(at=99, exceptions=allowed), Policy(), checks)
    assert inside.action is Action.ALLOW
    assert len(inside.recipients[0].findings) == 1
    after = screen(to("x@a.example"), Facts(at=100, exceptions=allowed), Policy(), checks)
    assert after.action is Action.HOLD


def test_monitor_says_what_enforce_would_do() -> None:
    message, checks = to("x@a.example"), [Says("a.example", 0.95)]
    watching = screen(message, Facts(), Policy(), checks)
    acting = screen(message, Facts(), Policy(mode=Mode.ENFORCE), checks)
    assert (watching.action, watching.enforced) == (Action.HOLD, False)
    assert (acting.action, acting.enforced) == (Action.HOLD, True)


def test_without_recipients_or_checks_everything_is_allowed() -> None:
    assert screen(to(), Facts(), Policy(), [Crashes()]).action is Action.ALLOW
    assert screen(to("x@a.example"), Facts(), Policy(), []).action is Action.ALLOW


def test_who_wrote_here_is_asked_about_by_none_but_the_checks_that_spare_nobody() -> None:
    rule = Says("a.example", 0.95, "X901", "a rule", spares_familiar=False)
    checks: list[Check] = [Says("a.example", 0.95), rule, Crashes()]
    facts = heard("x@a.example")
    verdict = screen(to("x@a.example"), facts, Policy(), checks)
    assert [f.code for f in verdict.recipients[0].findings] == ["X901"]
    assert [error.code for error in verdict.errors] == ["T999"]
    other = screen(to("y@a.example"), facts, Policy(), checks)
    assert [f.code for f in other.recipients[0].findings] == ["T101", "X901"]
