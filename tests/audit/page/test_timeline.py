from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.audit.page.outline import outline

from missent.audit.page.timeline import timeline


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=40), st.integers(0, 39))
def test_everything_is_shown_once_in_at_most_sixty_bars(days: list[int], some: int) -> None:
    mail, held, refused = Counter(days), Counter(days[:some]), Counter(days[some:])
    _, picture = timeline(mail, {"hold": held, "block": refused})
    found = outline(picture)
    assert len(found.attributes["points"][0].split()) <= 60
    shown: Counter[str] = Counter()
    for count, what in re.findall(r"<title>[^:]+: ([\d,]+) (\w+), of", picture):
        shown[what] += int(count.replace(",", ""))
    assert shown == Counter({"hold": held.total(), "block": refused.total()})


@pytest.mark.parametrize(
    ("first", "last", "name", "labels"),
    [
        ((2024, 2, 28), (2024, 3, 1), "a day", ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ((2024, 1, 3), (2024, 3, 20), "a week", ["2024-01-01", "2024-03-18"]),
        ((2022, 1, 31), (2024, 2, 1), "a month", ["2022-01", "2024-02"]),
        ((2014, 12, 31), (2024, 4, 1), "a quarter", ["2014 Q4", "2024 Q2"]),
        ((1990, 1, 1), (2024, 12, 31), "a year", ["1990", "2024"]),
    ],
)
def test_bars_are_days_weeks_months_quarters_or_years(
    first: tuple[int, int, int], last: tuple[int, int, int], name: str, labels: list[str]
) -> None:
    days = [(date(*one) - date(1970, 1, 1)).days for one in (first, last)]
    if len(labels) == 3:
        days.insert(1, days[0] + 1)
    told, picture = timeline(Counter(days), {"misdirected": Counter(days)})
    assert told == name
    assert re.findall(r"<title>([^:]+):", picture) == labels
    busiest = re.search(r"at most ([\d,]+) a", picture)
    assert busiest
    assert busiest[1] == "1"


def test_without_mail_there_is_no_picture() -> None:
    assert "<svg" not in timeline({}, {"hold": {}})[1]
