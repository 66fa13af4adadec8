from __future__ import annotations

import json
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from missent.core import model
from missent.core.evidence import of_domain, of_local

# What must never weaken a suspicion as it grows, and what must never strengthen one.
STRENGTHENS = {
    "domain": (
        "same_local same_local_sent same_local_received same_local_sender_sent near_local "
        "meant_sent meant_received meant_locals meant_sender_sent sent_ratio"
    ),
    "local": "meant_sender_sent meant_sender_received meant_sent meant_received typed_bounced",
}
WEAKENS = {
    "domain": "cost typed_sent typed_locals typed_address_sent typed_sender_sent typed_listed",
    "local": "cost typed_sent digits_differ",
}
NAMES = {"domain": of_domain.NAMES, "local": of_local.NAMES}
CASES = [
    (kind, name, sign)
    for table, sign in ((STRENGTHENS, 1), (WEAKENS, -1))
    for kind, names in table.items()
    for name in names.split()
]


def table(**changes: Any) -> bytes:
    made = {
        "features": list(of_local.NAMES),
        # "Costs at most 5": 2, else -1. Then 0.5 always.
        "trees": [[[0, 5.0, 1, 2], [2.0], [-1.0]], [[0.5]]],
        "base": 1.0,
        "slope": 2.0,
        "intercept": -3.0,
        **changes,
    }
    return json.dumps(made).encode()


def numbers(kind: str, **of: float) -> list[float]:
    return [of.get(name, 0.0) for name in NAMES[kind]]


def test_trees_are_walked_and_summed() -> None:
    made = model.parsed(table(), "local")
    assert made.log_odds(numbers("local", cost=5.0)) == 2 * (1 + 2 + 0.5) - 3
    assert made.log_odds(numbers("local", cost=5.1)) == 2 * (1 - 1 + 0.5) - 3


@pytest.mark.parametrize(
    "features", [None, [], list(of_domain.NAMES), list(reversed(of_local.NAMES))]
)
def test_a_table_for_other_evidence_is_refused(features: list[str] | None) -> None:
    with pytest.raises(ValueError, match="the local model was fitted to other evidence"):
        model.parsed(table(features=features), "local")


def test_log_odds_as_a_probability() -> None:
    assert model.probability(0.0) == 0.5
    assert model.probability(2.1972245773362196) == pytest.approx(0.9)
    assert model.probability(-1e6) == 0.0
    assert model.probability(1e6) == pytest.approx(1.0)
    assert model.probability(1e6) <= 1.0


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_higher_log_odds_are_never_a_lower_probability(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= model.probability(low) <= model.probability(high) <= 1


@pytest.mark.parametrize("kind", ["domain", "local"])
def test_the_shipped_table_says_where_it_comes_from(kind: Any) -> None:
    fitted = model.fitted(kind)
    assert fitted.slope > 0
    assert model.fitted(kind) is fitted


def rows(kind: str) -> st.SearchStrategy[list[float]]:
    number = st.sampled_from([0.0, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0])
    return st.lists(number, min_size=len(NAMES[kind]), max_size=len(NAMES[kind]))


@pytest.mark.parametrize(("kind", "name", "sign"), CASES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_the_shipped_models_never_turn_evidence_round(
    kind: Any, name: str, sign: int, data: st.DataObject
) -> None:
    row = data.draw(rows(kind))
    at = NAMES[kind].index(name)
    less, more = sorted((row[at], data.draw(st.floats(0, 30))))
    weigh = model.fitted(kind).log_odds
    below = weigh([*row[:at], less, *row[at + 1 :]])
    above = weigh([*row[:at], more, *row[at + 1 :]])
    assert sign * above >= sign * below - 1e-9


def test_the_names_of_evidence_are_names() -> None:
    for names in NAMES.values():
        assert len(set(names)) == len(names)
        assert all(set(name) <= {*string.ascii_lowercase, "_"} for name in names)
