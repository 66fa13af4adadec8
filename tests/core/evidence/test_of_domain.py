from __future__ import annotations

from math import log1p
from typing import TYPE_CHECKING

from missent.core import slips
from missent.core.evidence import of_domain
from missent.core.facts import Facts
from missent.testing.checks import Story, as_case

if TYPE_CHECKING:
    import pytest

BOB = "bob@corp.example"


def told(typed: str, meant: str, facts: Facts) -> dict[str, float]:
    case = as_case(typed, facts)
    slip = slips.domain(case.address.domain.name, meant)
    assert slip is not None
    row = of_domain.Evidence(case, 1).numbers(meant, slip)
    return dict(zip(of_domain.NAMES, row, strict=True))


def test_by_what_this_sender_does() -> None:
    facts = (
        Story()
        .wrote("jo@dynegy.com", times=3)
        .wrote("al@dynegy.com", sender=BOB)
        .heard("jo@dynegy.com")
        .facts(later=10)
    )
    row = told("jo@dynergy.com", "dynegy.com", facts)
    assert row["insertion"] == 1
    assert row["edits"] == 1
    assert row["same_local"] == row["same_local_sender"] == row["same_local_only_there"] == 1
    assert row["same_local_sent"] == row["same_local_sender_sent"] == log1p(3)
    assert row["same_local_received"] == log1p(1)
    assert row["meant_sent"] == log1p(4)
    assert row["meant_sender_sent"] == log1p(3)
    assert row["meant_locals"] == log1p(2)
    assert row["meant_days"] == log1p(14)
    assert row["typed_sent"] == row["typed_locals"] == 0


def test_at_which_none_is_counted_though_one_came_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    facts = Story().wrote("jo@dynegy.com").wrote("jo@dynergy.com").bounced("jo@dynergy.com").facts()
    monkeypatch.setattr(type(facts.history), "locals_at", lambda *_: 0)
    row = told("jo@dynergy.com", "dynegy.com", facts)
    assert row["typed_locals"] == 0


def test_by_what_colleagues_do() -> None:
    facts = Story().wrote("jo@dynegy.com", sender=BOB).facts()
    row = told("jo@dynergy.com", "dynegy.com", facts)
    assert row["same_local"] == 1
    assert row["same_local_sender"] == row["meant_sender_sent"] == 0
    row = told("joe@dynergy.com", "dynegy.com", facts)
    assert (row["same_local"], row["near_local"], row["near_local_sender"]) == (0, 1, 0)


def test_that_was_used_already() -> None:
    facts = Story().wrote("jo@dynegy.com").wrote("jo@dynergy.com", times=2).facts()
    row = told("jo@dynergy.com", "dynegy.com", facts)
    assert row["typed_sent"] == row["typed_address_sent"] == row["typed_sender_sent"] == log1p(2)
    assert row["typed_locals"] == log1p(1)


def test_by_the_tables() -> None:
    row = told("jo@hotmial.com", "hotmail.com", Facts())
    assert row["meant_listed"] == 1
    assert row["meant_provider"] > 0
    assert row["typed_listed"] == 0
    assert row["suffix_unknown"] == 0
    assert told("jo@hotmail.con", "hotmail.com", Facts())["suffix_unknown"] == 1
    assert told("jo@x.navy.mil", "navy.mil", Facts())["same_registrable"] == 1


def test_a_sender_who_turns_to_another_address_corrects_himself() -> None:
    just, before = Story().wrote("jo@dynergy.com"), Story().wrote("jo@dynergy.com")
    assert told("jo@dynegy.com", "dynergy.com", just.facts(later=0))["meant_just_now"] == 1
    assert told("jo@dynegy.com", "dynergy.com", before.facts(later=9))["meant_just_now"] == 0
