"""What holds for the numbers of both models."""

from __future__ import annotations

import string
from math import isfinite
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core import candidates
from missent.core.evidence import of_domain, of_local
from missent.testing.checks import Story, as_case

BOTH = pytest.mark.parametrize("kind", [of_domain, of_local], ids=["domain", "local"])
CANDIDATES = {
    of_domain: candidates.domains_in_history,
    of_local: candidates.locals_in_history,
}

words = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)
names = st.builds("{}.{}".format, words, st.sampled_from(["com", "mil", "ml", "co.uk", "con"]))
locals_ = st.lists(words, min_size=1, max_size=2).map(".".join)
addresses = st.builds("{}@{}".format, locals_, names)


@BOTH
@given(typed=addresses, known=st.lists(addresses, max_size=8), later=st.integers(0, 50))
def test_evidence_is_finite_and_complete(
    kind: Any, typed: str, known: list[str], later: int
) -> None:
    story = Story("corp.example")
    for address in known:
        story.wrote(address).heard(address)
    case = as_case(typed, story.facts(later))
    evidence = kind.Evidence(case, 1)
    for name, slip in CANDIDATES[kind](case):
        row = evidence.numbers(name, slip)
        assert len(row) == len(kind.NAMES)
        assert all(map(isfinite, row))


@BOTH
def test_every_kind_of_slip_is_told_once(kind: Any) -> None:
    assert len(set(kind.KINDS)) == len(kind.KINDS)
