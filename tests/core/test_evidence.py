from __future__ import annotations

import string
from dataclasses import replace
from math import isfinite, log1p

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core import candidates, evidence, slips
from missent.core.address import Address
from missent.core.evidence import Case
from missent.core.facts import Facts
from missent.core.message import Message, Recipient
from missent.testing.checks import SENDER, Story, as_case

BOB = "bob@corp.example"


def of_domain(typed: str, meant: str, facts: Facts) -> dict[str, float]:
    case = as_case(typed, facts)
    slip = slips.domain(case.address.domain.name, meant)
    assert slip is not None
    row = evidence.for_domain(case, meant, slip, 1)
    return dict(zip(evidence.DOMAIN, row, strict=True))


def of_local(typed: str, meant: str, facts: Facts) -> dict[str, float]:
    case = as_case(typed, facts)
    slip = slips.local(case.address.key.rpartition("@")[0], meant)
    assert slip is not None
    row = evidence.for_local(case, meant, slip, 1)
    return dict(zip(evidence.LOCAL, row, strict=True))


def test_of_a_domain_by_what_this_sender_does() -> None:
    facts = (
        Story()
        .wrote("jo@dynegy.com", times=3)
        .wrote("al@dynegy.com", sender=BOB)
        .heard("jo@dynegy.com")
        .facts(later=10)
    )
    row = of_domain("jo@dynergy.com", "dynegy.com", facts)
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


def test_of_a_domain_at_which_none_is_counted_though_one_came_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    facts = Story().wrote("jo@dynegy.com").wrote("jo@dynergy.com").bounced("jo@dynergy.com").facts()
    monkeypatch.setattr(type(facts.history), "locals_at", lambda *_: 0)
    row = of_domain("jo@dynergy.com", "dynegy.com", facts)
    assert row["typed_locals"] == 0


def test_of_a_domain_by_what_colleagues_do() -> None:
    facts = Story().wrote("jo@dynegy.com", sender=BOB).facts()
    row = of_domain("jo@dynergy.com", "dynegy.com", facts)
    assert row["same_local"] == 1
    assert row["same_local_sender"] == row["meant_sender_sent"] == 0
    row = of_domain("joe@dynergy.com", "dynegy.com", facts)
    assert (row["same_local"], row["near_local"], row["near_local_sender"]) == (0, 1, 0)


def test_of_a_domain_that_was_used_already() -> None:
    facts = Story().wrote("jo@dynegy.com").wrote("jo@dynergy.com", times=2).facts()
    row = of_domain("jo@dynergy.com", "dynegy.com", facts)
    assert row["typed_sent"] == row["typed_address_sent"] == row["typed_sender_sent"] == log1p(2)
    assert row["typed_locals"] == log1p(1)


def test_of_a_domain_by_the_tables() -> None:
    row = of_domain("jo@hotmial.com", "hotmail.com", Facts())
    assert row["meant_listed"] == 1
    assert row["meant_provider"] > 0
    assert row["typed_listed"] == 0
    assert row["suffix_unknown"] == 0
    assert of_domain("jo@hotmail.con", "hotmail.com", Facts())["suffix_unknown"] == 1
    assert of_domain("jo@x.navy.mil", "navy.mil", Facts())["same_registrable"] == 1


def test_a_sender_who_turns_to_another_address_corrects_himself() -> None:
    just, before = Story().wrote("jo@dynergy.com"), Story().wrote("jo@dynergy.com")
    assert of_domain("jo@dynegy.com", "dynergy.com", just.facts(later=0))["meant_just_now"] == 1
    assert of_domain("jo@dynegy.com", "dynergy.com", before.facts(later=9))["meant_just_now"] == 0


def test_of_a_local_part() -> None:
    facts = (
        Story()
        .wrote("kenneth.lay@enron.com", times=4)
        .wrote("jeff.skilling@enron.com", sender=BOB)
        .wrote("keneth.lay@enron.com", sender=BOB)
        .bounced("keneth.lay@enron.com", sender=BOB)
        .facts()
    )
    row = of_local("keneth.lay@enron.com", "kenneth.lay", facts)
    assert row["undoubling"] == row["last_part_same"] == row["parts_equal"] == 1
    assert row["first_part_same"] == row["digits_differ"] == row["cut"] == 0
    assert row["meant_sent"] == row["meant_sender_sent"] == log1p(4)
    assert row["typed_sent"] == row["typed_bounced"] == log1p(1)
    assert row["domain_sent"] == log1p(6)
    assert row["domain_locals"] == log1p(3)


def test_numbered_accounts_are_told() -> None:
    facts = Story().wrote("jsmith@acme.example").facts()
    row = of_local("jsmith2@acme.example", "jsmith", facts)
    assert row["digits_differ"] == row["only_digits_differ"] == 1


def test_a_case_counts_who_else_is_written_to() -> None:
    to = [Address.parse(f"{name}@acme.example") for name in ("a", "b")]
    other = Address.parse("c@other.example")
    message = Message(Address.parse(SENDER), tuple(map(Recipient, (*to, other))))
    case = Case.of(other, message, Facts())
    assert case.sender == SENDER
    assert dict(case.beside) == {"acme.example": 2, "other.example": 1}
    assert Case.of(other, Message(None, ()), Facts()).sender == ""
    alone = replace(message, recipients=(Recipient(other),), beside=tuple(map(Recipient, to)))
    assert Case.of(other, alone, Facts()) == case


words = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)
names = st.builds("{}.{}".format, words, st.sampled_from(["com", "mil", "ml", "co.uk", "con"]))
locals_ = st.lists(words, min_size=1, max_size=2).map(".".join)
addresses = st.builds("{}@{}".format, locals_, names)


@given(addresses, st.lists(addresses, max_size=8), st.integers(0, 50))
def test_evidence_is_finite_and_complete(typed: str, known: list[str], later: int) -> None:
    story = Story("corp.example")
    for address in known:
        story.wrote(address).heard(address)
    case = as_case(typed, story.facts(later))
    for name, slip in candidates.domains_in_history(case):
        row = evidence.for_domain(case, name, slip, 1)
        assert len(row) == len(evidence.DOMAIN)
        assert all(map(isfinite, row))
    for name, slip in candidates.locals_in_history(case):
        row = evidence.for_local(case, name, slip, 1)
        assert len(row) == len(evidence.LOCAL)
        assert all(map(isfinite, row))


@pytest.mark.parametrize("kinds", [evidence.DOMAIN_KINDS, evidence.LOCAL_KINDS])
def test_every_kind_of_slip_is_told_once(kinds: list[str]) -> None:
    assert len(set(kinds)) == len(kinds)
