from __future__ import annotations

import time
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.app.wiring import build
from missent.core.policy import DEFAULT_RULES, Mode, Policy, Rule
from missent.core.verdict import Action
from missent.memory.decided import Decision
from missent.memory.interface import Batch
from missent.settings.file import parse
from missent.testing.console import visiting
from missent.web.access import Role
from missent.web.console.policy import Blind, Replay, Row, as_row, blind, decide, read, toml

if TYPE_CHECKING:
    from pathlib import Path

RULES = st.builds(
    Rule,
    st.sampled_from(["T", "T101", "X", "*"]),
    st.integers(0, 1000).map(lambda n: n / 1000),
    st.sampled_from(Action),
    st.booleans(),
)


@given(st.lists(RULES, max_size=6), st.sampled_from(Mode))
def test_what_the_page_writes_is_the_policy_that_was_shown(rules: list[Rule], mode: Mode) -> None:
    policy = Policy(tuple(rules), mode)
    assert build(parse(tomllib.loads(toml(policy)), "x")).policy == policy
    assert read([as_row(rule) for rule in rules]) == (rules, [])


def test_the_rules_that_are_built_in_are_not_repeated() -> None:
    assert toml(Policy()) == '[policy]\nmode = "monitor"\n'


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (Row("T1011", "0.5"), "'T1011' is no check"),
        (Row("<b>", "0.5"), "is no check"),
        (Row("T", "1.5"), "'1.5' is no probability"),
        (Row("T", "nan"), "'nan' is no probability"),
        (Row("T", "much"), "'much' is no probability"),
        (Row("T", "0.5", "shout"), "'shout' is no action"),
    ],
)
def test_a_fault_names_the_row_and_the_mend(row: Row, fault: str) -> None:
    rules, faults = read([Row("T", "0.5", "hold"), row])
    assert len(rules) == 1
    assert faults[0].startswith("Row 2: ")
    assert fault in faults[0]


def found(code: str, probability: float, **more: Any) -> dict[str, Any]:
    return {"code": code, "probability": probability, "summary": "", **more}


def one(action: str, *findings: dict[str, Any], **more: Any) -> Decision:
    return Decision(5, "ann@corp.example", "gen@army.ml", action, findings=findings, **more)


def test_every_finding_counts_in_a_replay() -> None:
    replayed = Replay()
    policy = Policy((Rule("T104", 0.3, Action.WARN), Rule("T", 0.9, Action.BLOCK, protected=True)))
    decide(replayed, 1, one("hold", found("T101", 0.95), found("T104", 0.4)), policy)
    decide(replayed, 2, one("block", found("T101", 0.95, protected=True)), policy)
    decide(replayed, 3, one("hold", found("T101", 0.95)), policy)
    decide(replayed, 4, one("hold", codes=("T104",), probability=0.5), policy)
    assert replayed.counts == {
        ("hold", "warn"): 2, ("block", "block"): 1, ("hold", "allow"): 1,
    }  # fmt: skip
    assert (replayed.seen, replayed.changed, replayed.unsure) == (4, 3, 1)
    assert [(moved.number, moved.then) for moved in replayed.moved] == [
        (1, "warn"), (3, "allow"), (4, "warn"),
    ]  # fmt: skip


def test_where_nothing_was_recorded_it_is_said() -> None:
    new = Policy((*DEFAULT_RULES, Rule("T104", 0.3, Action.WARN), Rule("T101", 0.9, Action.BLOCK)))
    least = min(rule.probability for rule in DEFAULT_RULES if rule.code == "T104")
    assert blind(Policy(), new) == [Blind("T104", 0.3, least)]
    assert blind(Policy(), Policy()) == []
    assert blind(Policy(), Policy((Rule("R301", 0.2, Action.ALLOW),))) == []


async def test_the_page_shows_what_would_change_and_changes_nothing(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        now = int(time.time())
        await visit.store.write(
            Batch(decisions=[Decision(now, "ann@corp.example", "joe@gmial.com", "hold", ("T101",),
                                      0.99, ("joe@gmail.com",), findings=(found("T101", 0.99),)),
                             Decision(now - 40 * 86400, "", "old@gmial.com", "hold", ("T101",))])
        )  # fmt: skip
        page = await visit.get("/policy", Role.VIEWER)
        assert "What would have changed" not in page.text
        path = "/policy?mode=enforce&code=T101&probability=0.5&action=block&only="
        page = await visit.get(path, Role.VIEWER)
        assert "Of 1 recorded prompt, 1 would have been decided otherwise." in page.text
        assert "1 would have been blocked instead of held" in page.text
        assert "old@gmial.com" not in page.text
        assert "code = &#34;T101&#34;, probability = 0.5, action = &#34;block&#34;" in page.text
        assert "What this can know, and what not" in page.text
        bad = await visit.get("/policy?mode=x&code=<i>&probability=2&action=hold&only=")
        assert (bad.status_code, "is no check" in bad.text, "<i>" in bad.text) == (200, True, False)
        assert await visit.trail() == []
