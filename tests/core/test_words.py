from __future__ import annotations

import string
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.words import jumble


@pytest.mark.parametrize(
    ("name", "slip"),
    [
        ("housing", "hosuing"),
        ("brightwater", "brihgtwater"),
        ("university", "univeristy"),
        ("networksolutions", "networksoluitons"),
        ("energy", "enrgy"),
    ],
)
def test_a_name_made_of_words_costs_less_than_a_slip_of_it(name: str, slip: str) -> None:
    assert jumble(name) < jumble(slip)


def test_frequent_words_cost_less() -> None:
    assert jumble("the") < jumble("water") < jumble("waterloo") < jumble("xqzvkjwb")


def test_nothing_costs_nothing() -> None:
    assert jumble("") == 0


labels = st.text(string.ascii_lowercase + string.digits + "-", max_size=30)


@given(labels, labels)
def test_two_labels_together_cost_at_most_what_they_cost_alone(one: str, other: str) -> None:
    both = jumble(one + other)
    assert isfinite(both)
    assert 0 <= both <= jumble(one) + jumble(other) + 1e-9
