from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.finding import Finding
from missent.core.policy import Mode, Policy, Rule
from missent.core.verdict import Action

findings = st.builds(
    Finding,
    code=st.sampled_from(["T101", "T102", "P201", "X901", "R301"]),
    probability=st.floats(0, 1),
    summary=st.just("because"),
    protected=st.booleans(),
)
rules = st.builds(
    Rule,
    code=st.sampled_from(["T101", "T", "X", "*"]),
    probability=st.floats(0, 1),
    action=st.sampled_from(Action),
    protected=st.booleans(),
)


@pytest.mark.parametrize(
    ("code", "speaks"),
    [("T101", True), ("T", True), ("*", True), ("T102", False), ("P", False), ("T1011", False)],
)
def test_a_rule_speaks_of_a_code_a_family_or_all(code: str, speaks: bool) -> None:  # noqa: FBT001  a column
    assert Rule(code, 0.5, Action.WARN).applies(Finding("T101", 0.5, "because")) is speaks


@pytest.mark.parametrize(("probability", "applies"), [(0.49, False), (0.5, True), (1.0, True)])
def test_a_rule_applies_from_its_probability_on(probability: float, applies: bool) -> None:  # noqa: FBT001  a column
    rule = Rule("T", 0.5, Action.WARN)
    assert rule.applies(Finding("T101", probability, "because")) is applies


def test_a_protected_rule_is_for_protected_findings_only() -> None:
    rule = Rule("T", 0.5, Action.BLOCK, protected=True)
    assert rule.applies(Finding("T101", 0.9, "because", protected=True))
    assert not rule.applies(Finding("T101", 0.9, "because"))


@pytest.mark.parametrize(
    ("finding", "action"),
    [
        (Finding("T101", 0.4, "because"), Action.ALLOW),
        (Finding("T101", 0.6, "because"), Action.ALLOW),
        (Finding("T101", 0.8, "because"), Action.WARN),
        (Finding("T101", 0.95, "because"), Action.HOLD),
        (Finding("T101", 0.95, "because", protected=True), Action.BLOCK),
        (Finding("X901", 1.0, "because"), Action.BLOCK),
        (Finding("R301", 0.99, "because"), Action.BLOCK),
        (Finding("R302", 0.97, "because"), Action.HOLD),
        (Finding("C401", 1.0, "because"), Action.ALLOW),
    ],
)
def test_the_default_rules(finding: Finding, action: Action) -> None:
    assert Policy().action([finding]) is action


def test_the_first_installation_only_watches() -> None:
    assert Policy().mode is Mode.MONITOR


def test_no_finding_and_no_rule_allow() -> None:
    assert Policy().action([]) is Action.ALLOW
    assert Policy(rules=()).action([Finding("T101", 1.0, "because")]) is Action.ALLOW


@given(st.lists(rules, max_size=5), st.lists(findings, max_size=5), findings, rules)
def test_more_evidence_and_more_rules_never_weaken(
    some: list[Rule], seen: list[Finding], more: Finding, rule: Rule
) -> None:
    policy = Policy(tuple(some))
    assert policy.action([*seen, more]) >= policy.action(seen)
    assert Policy((*some, rule)).action(seen) >= policy.action(seen)


@given(st.lists(rules, max_size=5), st.lists(findings, max_size=5), st.randoms())
def test_order_makes_no_difference(some: list[Rule], seen: list[Finding], random: object) -> None:
    shuffled, mixed = list(seen), list(some)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert Policy(tuple(mixed)).action(shuffled) is Policy(tuple(some)).action(seen)


@given(findings, st.floats(0, 1))
def test_a_stronger_finding_never_asks_for_less(finding: Finding, other: float) -> None:
    again = Finding(finding.code, other, "because", protected=finding.protected)
    weaker, stronger = sorted((finding, again), key=lambda f: f.probability)
    assert Policy().action([stronger]) >= Policy().action([weaker])
