from __future__ import annotations

import pytest

from bench.accuracy import held_out
from missent.checks.t101 import LookalikeDomain
from missent.core import model
from missent.core.evidence.case import Case
from missent.testing.checks import Story, look

FACTS = Story().wrote("jack.sparks@dynegy.com", times=3).facts()


def said(sender: str) -> float:
    (finding,) = look(LookalikeDomain(), "jack.sparks@dynergy.com", FACTS, sender)
    return finding.probability


def test_each_fifth_of_the_people_has_models_of_its_own() -> None:
    people = {held_out.fold_of(f"p{n}@corp.example"): f"p{n}@corp.example" for n in range(60)}
    assert sorted(people) == [0, 1, 2, 3, 4]
    shipped = [said(people[k]) for k in range(5)]
    assert len(set(shipped)) == 1
    with held_out.folds():
        assert len({said(people[k]) for k in range(5)}) > 1
    assert [said(people[k]) for k in range(5)] == shipped


@pytest.mark.parametrize("models", [held_out.folds, held_out.development])
def test_what_is_shipped_comes_back(models: type) -> None:
    before, of = model.fitted, Case.of
    with models():
        assert model.fitted is not before
    assert model.fitted is before
    assert Case.of == of
