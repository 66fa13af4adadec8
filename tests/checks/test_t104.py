from __future__ import annotations

import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from missent.checks.t104 import MistypedLocalPart
from missent.testing.checks import SENDER, Story, heard, look, suggested

if TYPE_CHECKING:
    from missent.core.facts import Facts

CHECK = MistypedLocalPart()
BOB = "bob@corp.example"


def probability(recipient: str, facts: Facts) -> float:
    return max((f.probability for f in look(CHECK, recipient, facts)), default=0.0)


def known(address: str = "kenneth.lay@enron.com", times: int = 10, sender: str = SENDER) -> Story:
    return Story().wrote(address, times, sender)


@pytest.mark.parametrize(
    "typed",
    [
        "keneth.lay@enron.com",
        "kennteh.lay@enron.com",
        "kenneth.laay@enron.com",
        "kenneth.kay@enron.com",
        "kennethlay@enron.com",
    ],
)
def test_the_address_that_is_written_to_is_suggested(typed: str) -> None:
    assert suggested(CHECK, typed, known().facts()) == ["kenneth.lay@enron.com"]


def test_the_finding() -> None:
    (finding,) = look(CHECK, "Keneth.Lay@enron.com", known().facts())
    assert finding.code == "T104"
    assert finding.probability > 0.5
    assert not finding.protected
    assert finding.evidence["typed"] == "keneth.lay"
    assert finding.evidence["meant"] == "kenneth.lay"
    assert finding.evidence["slip"] == "undoubling"


@pytest.mark.parametrize(
    "recipient",
    [
        "keneth.lay@enron.net",  # another domain
        "jeff.skilling@enron.com",  # another person
        "kenneth.lay@enron.com",  # the very one
        "keneth.lay@[192.0.2.1]",
    ],
)
def test_silent_where_nobody_alike_is_known(recipient: str) -> None:
    assert look(CHECK, recipient, known().facts()) == []
    assert look(CHECK, recipient) == []


@pytest.mark.parametrize(
    ("namesake", "slip"),
    [
        ("jsmith2@acme.example", "jsmitth@acme.example"),  # a numbered account
        ("jsmythe@acme.example", "jsmtih@acme.example"),
    ],
)
def test_who_may_be_somebody_else_is_suspected_less(namesake: str, slip: str) -> None:
    facts = known("jsmith@acme.example").facts()
    assert probability(namesake, facts) < probability(slip, facts)


def test_of_a_rare_contact_a_slip_is_less_likely() -> None:
    often, once = known().facts(), known(times=1).facts()
    assert probability("keneth.lay@enron.com", once) < probability("keneth.lay@enron.com", often)


def test_a_colleagues_contact_counts_less_than_ones_own() -> None:
    own, others = known().facts(), known(sender=BOB).facts()
    assert (
        0 < probability("keneth.lay@enron.com", others) <= probability("keneth.lay@enron.com", own)
    )


def test_a_slip_that_came_back_is_suspected_more() -> None:
    def story() -> Story:
        return known().wrote("keneth.lay@enron.com")

    silent, told = story().facts(), story().bounced("keneth.lay@enron.com").facts()
    assert probability("keneth.lay@enron.com", told) > probability("keneth.lay@enron.com", silent)


def test_every_use_weakens_the_suspicion_and_none_raises_it() -> None:
    found = [
        probability("keneth.lay@enron.com", known().wrote("keneth.lay@enron.com", n).facts())
        for n in range(7)
    ]
    assert found == sorted(found, reverse=True)
    assert found[5] < found[0]


@pytest.mark.parametrize("sender", [SENDER, BOB])
def test_a_slip_does_not_become_known_by_being_made_once(sender: str) -> None:
    facts = known().wrote("keneth.lay@enron.com", sender=sender).facts()
    assert probability("keneth.lay@enron.com", facts) > 0.5


def test_the_least_probability_is_an_option() -> None:
    facts = known().facts()
    (finding,) = look(CHECK, "keneth.lay@enron.com", facts)
    exactly = MistypedLocalPart(least=finding.probability)
    more = MistypedLocalPart(least=finding.probability + 1e-6)
    assert look(exactly, "keneth.lay@enron.com", facts)
    assert look(more, "keneth.lay@enron.com", facts) == []


def test_history_alone_speaks() -> None:
    assert look(CHECK, "info@gmail.com", heard("infos@yahoo.com")) == []


parts = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)
locals_ = st.lists(parts, min_size=1, max_size=2).map(".".join)


@settings(deadline=None)
@given(st.lists(locals_, min_size=1, max_size=8), locals_, st.integers(1, 9))
def test_only_known_mailboxes_at_the_very_domain_are_suggested(
    names: list[str], typed: str, times: int
) -> None:
    story = Story()
    for name in names:
        story.wrote(f"{name}@acme.example", times)
    for finding in look(CHECK, f"{typed}@acme.example", story.facts()):
        assert 0.05 <= finding.probability <= 1
        for meant in finding.did_you_mean:
            assert meant.domain.name == "acme.example"
            assert meant.local in {*names} - {typed}
