"""Choosing the threshold that a budget of prompts buys."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from missent.audit.budget import FLOOR, Candidates, Choice, lowered
from missent.audit.replay_prompt import Prompt
from missent.core.address import Address
from missent.core.finding import Finding
from missent.core.policy import Policy, Rule
from missent.core.verdict import Action
from missent.settings import parse

ANN = Address.parse("ann@corp.example")
POLICY = Policy(
    (
        Rule("T", 0.5, Action.WARN),
        Rule("T", 0.9, Action.HOLD),
        Rule("T", 0.9, Action.BLOCK, protected=True),
        Rule("X", 0.5, Action.BLOCK),
        Rule("R302", 0.9, Action.HOLD),
    )
)
Said = tuple[str, float]


def prompt(at: int, number: int, *said: Said) -> Prompt:
    findings = tuple(Finding(code, p, "s") for code, p in sorted(said, key=lambda s: -s[1]))
    recipient = Address.parse(f"x{number}@partner.example")
    return Prompt(at, f"{at}@test", ANN, recipient, Action.WARN, findings[0], findings)


def choose(
    prompts: list[Prompt], budget: float, messages: int = 1000, policy: Policy | None = None
) -> Choice:
    candidates = Candidates(policy or POLICY)
    for each in prompts:
        candidates.offer(each)
    return candidates.choose(budget, messages)


probabilities = st.integers(1, 999_999).map(lambda n: n / 1_000_000)


@given(st.lists(probabilities.map(lambda p: max(p, FLOOR))), st.integers(0, 12))
def test_as_many_as_can_be_afforded_and_no_more(values: list[float], budget: int) -> None:
    found = choose([prompt(n, n, ("T101", p)) for n, p in enumerate(values)], budget)
    assert len(found.prompts) == sum(p >= found.threshold for p in values) <= budget
    left = [p for p in values if p < found.threshold]
    # The next lower threshold would have been too dear.
    assert not left or sum(p >= max(left) for p in values) > budget


def test_the_threshold_is_the_shortest_number_between() -> None:
    prompts = [prompt(n, n, ("T101", p)) for n, p in enumerate((0.912, 0.71342, 0.64211))]
    assert choose(prompts, 2).threshold == 0.7
    assert choose(prompts, 1).threshold == 0.8


def test_a_pair_is_asked_once_when_it_first_reaches_the_threshold() -> None:
    prompts = [prompt(n, 1, ("T101", p)) for n, p in enumerate((0.2, 0.78, 0.4, 0.8))]
    prompts.append(prompt(9, 2, ("T104", 0.55)))
    assert [p.at for p in choose(prompts, 2).prompts] == [0, 9]
    assert [p.at for p in choose(prompts, 1).prompts] == [1]


def test_the_organisations_own_rules_are_paid_first_and_never_raised() -> None:
    prompts = [
        prompt(1, 1, ("X901", 1.0)),
        prompt(2, 2, ("T101", 0.95)),
        prompt(3, 3, ("T101", 0.9)),
    ]
    found = choose(prompts, 2)
    assert [(p.at, p.action) for p in found.prompts] == [(1, Action.BLOCK), (2, Action.HOLD)]
    assert [p.at for p in choose(prompts, 0).prompts] == [1]


def test_stricter_rows_are_not_left_below_the_threshold() -> None:
    prompts = [prompt(n, n, ("T101", 0.9 + n / 100)) for n in range(9)]
    found = choose(prompts, 2)
    assert found.threshold > 0.9
    assert len(found.prompts) == 2
    assert {p.action for p in found.prompts} == {Action.HOLD}


def test_a_row_for_every_code_keeps_its_meaning_for_what_is_certain() -> None:
    policy = Policy((Rule("*", 0.5, Action.WARN),))
    prompts = [
        prompt(1, 1, ("R302", 0.6)),
        prompt(2, 2, ("T101", 0.8)),
        prompt(3, 3, ("P201", 0.7)),
    ]
    assert [p.at for p in choose(prompts, 2, policy=policy).prompts] == [1, 2]


def test_a_family_that_the_policy_does_not_speak_of_is_no_candidate() -> None:
    assert choose([prompt(1, 1, ("V401", 0.9)), prompt(2, 2, ("T101", 0.3))], 1).threshold == FLOOR
    assert lowered(POLICY).action([Finding("V401", 0.9, "s")]) is Action.ALLOW
    assert lowered(POLICY).action([Finding("T101", FLOOR, "s")]) is Action.WARN


def test_the_rows_can_be_put_into_the_configuration() -> None:
    found = choose([prompt(n, n, ("T101", p)) for n, p in enumerate((0.7, 0.6))], 1)
    settings = parse(tomllib.loads("\n".join(found.rows())), "test")
    rules = [
        Rule(r.code, r.probability, Action[r.action.upper()], r.protected)
        for r in settings.policy.rules or ()
    ]
    assert tuple(rules) == found.policy.rules
