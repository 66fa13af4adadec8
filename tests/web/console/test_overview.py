from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from missent.core.policy import Mode, Policy
from missent.memory.counted import Counted, Day
from missent.memory.decided import Decision
from missent.memory.interface import Batch
from missent.testing.console import visiting
from missent.web.access import Role
from missent.web.console.frame import About
from missent.web.console.overview import Totals, checks, pictures, readiness, totals

if TYPE_CHECKING:
    from pathlib import Path

DAYS = [
    Day(100, 400, {"allow": 500, "warn": 1, "hold": 2}, {"T101": Counted(3, 2, 1)}),
    Day(101, 0, {}, {"T101": Counted(0, 0, 1), "X901": Counted(1, 1, 0)}),
    Day(102, 600, {"allow": 700, "block": 3}, {"X901": Counted(3, 3, 0)}),
]


def test_days_are_added_up() -> None:
    found = totals(DAYS, right=3, wrong=1)
    assert found == Totals(2, 1000, 6, 5, 6, 2, 3, 1)
    assert found.averted == 4
    assert found.per_thousand(found.prompts) == 6
    assert [(one.code, one.counted) for one in checks(DAYS, {})] == [
        ("X901", Counted(4, 4, 0)),
        ("T101", Counted(3, 2, 2)),
    ]
    assert Totals().per_thousand(3) == 0


ENOUGH = {"days": 20, "messages": 9000, "prompts": 30, "stops": 20}


@pytest.mark.parametrize(
    ("found", "line", "then"),
    [
        (Totals(3, 9000, 1, 1), "too early to enforce", "on 3 days"),
        (Totals(20, 90, 1, 1), "too early to enforce", "Only 90 messages"),
        (Totals(**ENOUGH, right=9), "not known yet", "9 of 10 that are needed"),
        (Totals(**ENOUGH, right=10, wrong=2), "not safe to enforce yet", "2 of 12"),
        (Totals(**ENOUGH, right=19, wrong=2), ": safe to enforce", "19 of 21"),
        (Totals(20, 9000), ": safe to enforce", ""),
    ],
)
def test_whether_it_is_safe_to_enforce(found: Totals, line: str, then: str) -> None:
    ready = readiness(Mode.MONITOR, found)
    assert line in ready.line
    assert then in ready.then
    assert "nothing is stopped" in ready.line


def test_where_it_is_enforced_it_is_told_how_that_goes() -> None:
    assert "12 % of the stops were overridden" in (
        readiness(Mode.ENFORCE, Totals(9, 1000, 9, 9, 50, 6)).line
    )
    assert readiness(Mode.ENFORCE, Totals()).line == "Enforcing. 0 of 1,000 messages were stopped."


def test_the_pictures_have_every_day_of_the_span() -> None:
    made = pictures(DAYS, 98, 103)
    assert made.prompts.count('class="hit"') == 6
    assert made.rate.count('class="hit"') == 2  # days without mail have no rate
    assert (made.highest, made.fastest) == (3, "7.5")


async def test_the_page_has_the_numbers_behind_its_pictures(tmp_path: Path) -> None:
    about = About("0", Policy(mode=Mode.MONITOR), {"T101": "A slip"})
    async with visiting(tmp_path, about) as visit:
        now = int(time.time())
        one = Decision(now, "ann@corp.example", "gen@army.ml", "block", ("T101",), 0.99,
                       ("gen@army.mil",))  # fmt: skip
        tally = {(now // 86400, "messages"): 250, (now // 86400, "block"): 1}
        await visit.store.write(Batch(decisions=[one], tally=tally))
        page = await visit.get("/?days=7", Role.VIEWER)
        assert page.status_code == 200
        assert "Monitoring, nothing is stopped. 4 of 1,000" in page.text
        assert "1 block</title>" in page.text
        assert ">250</td>" in page.text
        assert "army.m<mark>i</mark>l" in page.text
        assert "A slip" in page.text
        assert (await visit.get("/?days=x")).text.count("30 days") > 0
