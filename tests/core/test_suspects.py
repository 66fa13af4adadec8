from __future__ import annotations

import string
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from missent.core import suspects
from missent.core.address import Address
from missent.core.evidence.case import Case
from missent.core.message import Message, Recipient
from missent.core.tables import protected, providers
from missent.testing.checks import Story, as_case

if TYPE_CHECKING:
    from missent.core.facts import Facts

BOB = "bob@corp.example"
RIGHT, TYPED = "jack.sparks@dynegy.com", "jack.sparks@dynergy.com"


def probability(typed: str, facts: Facts) -> float:
    """Of the likeliest other domain; 0 where nothing is suspected."""
    found = suspects.domains(as_case(typed, facts))
    return found[0].probability if found else 0.0


def of_local(typed: str, facts: Facts) -> float:
    found = suspects.locals_(as_case(typed, facts))
    return found[0].probability if found else 0.0


def partner() -> Story:
    return Story().wrote(RIGHT, times=3).heard(RIGHT)


def test_the_domain_that_was_meant() -> None:
    (found,) = suspects.domains(as_case(TYPED, partner().facts()))
    assert found.name == "dynegy.com"
    assert found.probability > 0.9
    assert found.slip.words == "with an extra `r`"


def test_nothing_is_suspected_without_reason() -> None:
    assert suspects.domains(as_case("jo@brightwater.com", partner().facts())) == []
    assert suspects.domains(as_case(RIGHT, partner().facts())) == []
    assert suspects.locals_(as_case(RIGHT, partner().facts())) == []


def test_the_same_local_part_there_is_the_strongest_evidence() -> None:
    facts = partner().facts()
    assert probability(TYPED, facts) > probability("jim@dynergy.com", facts)


def test_the_same_mailbox_twice_in_a_message_is_one_person() -> None:
    facts = partner().facts()
    both = Message(Address.parse(BOB), tuple(Recipient(Address.parse(a)) for a in (TYPED, RIGHT)))
    other = replace(
        both, recipients=(both.recipients[0], Recipient(Address.parse("al@dynegy.com")))
    )
    typed = Address.parse(TYPED)
    (twice,), (once,) = (suspects.domains(Case.of(typed, m, facts)) for m in (both, other))
    assert twice.log_odds == pytest.approx(once.log_odds + 1.0)


def test_two_that_are_about_as_likely_are_both_named() -> None:
    story = Story()
    for name in ("widgets-z.com", "widgets-c.com"):
        story.wrote(f"jo.smith@{name}", times=4)
    found = suspects.domains(as_case("jo.smith@widgets-x.com", story.facts()))
    assert {s.name for s in found} == {"widgets-z.com", "widgets-c.com"}


def test_one_that_is_much_likelier_stands_alone() -> None:
    story = Story().wrote("al@dynegi.com")
    facts = story.wrote(RIGHT, times=9).heard(RIGHT).facts()
    assert [s.name for s in suspects.domains(as_case(TYPED, facts))] == ["dynegy.com"]


def test_the_same_mailbox_elsewhere_needs_the_same_mailbox() -> None:
    facts = partner().facts()
    (found,) = suspects.same_mailbox_elsewhere(as_case(TYPED, facts))
    assert found.name == "dynegy.com"
    assert suspects.same_mailbox_elsewhere(as_case("jim@dynergy.com", facts)) == []


def test_the_local_part_that_was_meant() -> None:
    facts = Story().wrote("kenneth.lay@enron.com", times=10).facts()
    (found,) = suspects.locals_(as_case("keneth.lay@enron.com", facts))
    assert found.name == "kenneth.lay"
    assert found.probability > 0.5


# A slip does not become known by being made.


def test_a_slip_made_once_is_suspected_again_but_less() -> None:
    before, after = partner().facts(), partner().wrote(TYPED).facts()
    assert 0.5 < probability(TYPED, after) < probability(TYPED, before)


def test_every_use_weakens_the_suspicion_and_none_raises_it() -> None:
    found = [probability(TYPED, partner().wrote(TYPED, times=n).facts()) for n in range(9)]
    assert found == sorted(found, reverse=True)
    assert found[5] < found[1]


def test_a_colleagues_slip_clears_nothing() -> None:
    clear = probability(TYPED, partner().facts())
    after = probability(TYPED, partner().wrote(TYPED, sender=BOB).facts())
    assert 0.5 < after <= clear


def test_a_slip_that_came_back_is_suspected_more() -> None:
    silent = partner().wrote(TYPED).facts()
    told = partner().wrote(TYPED).bounced(TYPED).facts()
    assert probability(TYPED, told) > probability(TYPED, silent)


# More evidence never weakens. What is sent at once, after the typed one was used, is left out: it
# is how people correct themselves, and says that the typed one was the slip.

words = st.text(string.ascii_lowercase, min_size=5, max_size=9)
suffixes = st.sampled_from(["com", "org", "de", "co.uk"])
domains = st.builds("{}.{}".format, words, suffixes)
locals_ = st.sampled_from(["jack.sparks", "jim", "info", "ann.jones"])


@st.composite
def slips(draw: st.DrawFn) -> tuple[str, str]:
    """A domain, and the same with one letter of its label changed, left out or put in."""
    meant = draw(domains)
    at = draw(st.integers(0, meant.index(".") - 1))
    letter = draw(st.sampled_from(string.ascii_lowercase))
    after = draw(st.sampled_from([meant[at:], meant[at + 1 :]]))
    typed = draw(st.sampled_from([meant[:at] + letter + after, meant[:at] + meant[at + 1 :]]))
    assume(typed != meant)
    return meant, typed


@settings(deadline=None)
@given(slips(), locals_, locals_, st.integers(0, 3), st.integers(3, 99))
def test_another_message_to_the_meant_address_never_weakens(
    names: tuple[str, str], local: str, other: str, used: int, later: int
) -> None:
    meant, typed = f"{local}@{names[0]}", f"{local}@{names[1]}"
    story = Story().wrote(meant).wrote(f"{other}@{names[1]}", used)
    at = story.facts(later + 4).at
    found = []
    for _ in range(5):
        found.append(probability(typed, replace(story.facts(), at=at)))
        story.wrote(meant)
    assert found == sorted(found)


@settings(deadline=None)
@given(slips(), locals_, st.integers(1, 4), st.integers(0, 3))
def test_a_bounce_never_weakens(names: tuple[str, str], local: str, times: int, used: int) -> None:
    meant, typed = names

    def told() -> Story:
        return Story().wrote(f"{local}@{meant}", times).wrote(f"{local}@{typed}", used)

    assert probability(f"{local}@{typed}", told().bounced(f"{local}@{typed}").facts()) >= (
        probability(f"{local}@{typed}", told().facts())
    )


@settings(deadline=None)
@given(st.lists(domains, min_size=1, max_size=6), slips(), locals_)
def test_suspects_are_ranked_and_known(
    known: list[str], names: tuple[str, str], local: str
) -> None:
    meant, typed = names
    story = Story("corp.example")
    for name in (*known, meant):
        story.wrote(f"{local}@{name}")
    case = as_case(f"{local}@{typed}", story.facts())
    found = suspects.domains(case)
    assert len(found) <= 2
    assert [s.log_odds for s in found] == sorted((s.log_odds for s in found), reverse=True)
    assert typed not in {s.name for s in found}
    for suspect in found:
        name = suspect.name
        assert name in {*known, meant, "corp.example"} or (
            providers.is_known(name) or protected.is_known(name)
        )


@pytest.mark.parametrize("sender", ["ann@corp.example", None])
def test_the_sender_need_not_be_known(sender: str | None) -> None:
    (found,) = suspects.domains(as_case(TYPED, partner().facts(), sender))
    assert found.name == "dynegy.com"


def test_no_host_is_called_like_that() -> None:
    facts = Story().wrote("jo@gibbs-brun.com", times=3).facts()
    typed, real = (suspects.domains(as_case(f"al@gibbs{c}brun.com", facts)) for c in "_.")
    assert [s.name for s in typed] == ["gibbs-brun.com"]
    assert typed[0].log_odds > 1.0 > (real[0].log_odds if real else -9.0)
