from __future__ import annotations

import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from missent.checks.t101 import LookalikeDomain
from missent.core.address import Address, Domain
from missent.core.errors import AddressError
from missent.core.facts import Facts
from missent.core.known import is_known
from missent.core.tables import protected, providers
from missent.testing.checks import Story, heard, look, suggested, wrote

if TYPE_CHECKING:
    from missent.core.finding import Finding

CHECK = LookalikeDomain()
BOB = "bob@corp.example"


def only(recipient: str, facts: Facts | None = None) -> Finding:
    (finding,) = look(CHECK, recipient, facts or Facts())
    return finding


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("joe@navy.ml", "joe@navy.mil"),
        ("joe@us.af.ml", "joe@us.af.mil"),
        ("Gen.Smith@army.ml", "Gen.Smith@army.mil"),
        ("x@mindef.ml", "x@mindef.nl"),
        ("a@gmial.com", "a@gmail.com"),
        ("c@yaoo.com", "c@yahoo.com"),
        ("d@outlook.cm", "d@outlook.com"),
        ("x@army.mil.ml", "x@army.mil"),
        ("x@gmail.com.com", "x@gmail.com"),
        ("x@navy.mil.com", "x@navy.mil"),
    ],
)
def test_without_history_what_everybody_knows_is_meant(typed: str, meant: str) -> None:
    finding = only(typed)
    assert [str(a) for a in finding.did_you_mean] == [meant]
    assert finding.probability > 0.9
    assert finding.code == "T101"
    assert finding.protected == meant.endswith((".mil", "mindef.nl"))
    assert finding.evidence["meant"] == meant.partition("@")[2]


@pytest.mark.parametrize("behind", ["ml", "com", "us"])
def test_every_listed_name_of_the_armed_forces_with_a_suffix_behind_it(behind: str) -> None:
    for name in protected.names("military"):
        if name.endswith(".mil"):
            assert suggested(CHECK, f"x@{name}.{behind}", Facts())[:1] == [f"x@{name}"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("x@havard.edu", "x@harvard.edu"),
        ("x@standford.edu", "x@stanford.edu"),
        ("x@princton.edu", "x@princeton.edu"),
        ("x@whithouse.gov", "x@whitehouse.gov"),
        ("x@whitehouse.gov.ch", "x@whitehouse.gov"),
    ],
)
def test_twins_of_what_very_many_people_write_to(typed: str, meant: str) -> None:
    finding = only(typed)
    assert [str(a) for a in finding.did_you_mean] == [meant]
    assert finding.probability > 0.8  # what the policy warns about


def test_com_behind_a_name_of_ours() -> None:
    ours = Facts(own_domains=frozenset({"brightwater.co.uk"}))
    assert suggested(CHECK, "bob@brightwater.co.uk.net", ours) == ["bob@brightwater.co.uk"]
    assert only("bob@brightwater.co.uk.net", ours).probability > 0.9


def test_where_a_country_may_have_such_a_zone_it_is_less_sure() -> None:
    assert only("x@harvard.edu.by").probability < 0.9 < only("x@harvard.edu.com").probability


@pytest.mark.parametrize("name", ["uillinois.edu", "stamford.edu", "cuchicago.edu", "latech.edu"])
def test_a_real_twin_of_a_name_that_everybody_knows_is_let_be(name: str) -> None:
    assert all(finding.probability < 0.8 for finding in look(CHECK, f"x@{name}", Facts()))


def test_with_history_what_is_written_to_is_meant() -> None:
    facts = Story().wrote("jack.sparks@dynegy.com", times=3).facts()
    assert look(CHECK, "jack.sparks@dynergy.com") == []
    assert suggested(CHECK, "jack.sparks@dynergy.com", facts) == ["jack.sparks@dynegy.com"]


def test_glued_labels_of_a_contact() -> None:
    facts = wrote("joe@houston.rr.com")
    finding = only("joe@houstonrr.com", facts)
    assert [str(a) for a in finding.did_you_mean] == ["joe@houston.rr.com"]
    assert finding.probability > 0.5


@pytest.mark.parametrize(
    "recipient",
    [
        "joe@hey.com",
        "x@pm.me",
        "y@mailo.com",
        "z@ymail.com",
        "u@technion.ac.il",
        "v@aon.com",
        "w@orange.ml",
        "x@mail.gmail.com",
        "gen@army.mil",
        "x@some.host.army.mil",
        "joe@[192.0.2.1]",
        "joe@navy.mli",  # the suffix does not exist: T102's
        "joe@brightwater.example",
    ],
)
def test_silent_for_what_is_real_and_for_what_is_near_nothing(recipient: str) -> None:
    assert look(CHECK, recipient) == []


def test_silent_for_your_own_domain_and_for_what_wrote_here() -> None:
    own = Facts(own_domains=frozenset({"gmial.com"}))
    assert look(CHECK, "jo@gmial.com", own) == []
    assert look(CHECK, "jo@mail.gmial.com", own) == []
    assert look(CHECK, "al@gmial.com", heard("jo@gmial.com")) == []


def test_a_listed_domain_is_questioned_by_what_is_known_here() -> None:
    facts = Story().wrote("john.smith@navy.mil", times=4).heard("john.smith@navy.mil").facts()
    (finding,) = look(CHECK, "john.smith@navy.com", facts)
    assert [str(a) for a in finding.did_you_mean] == ["john.smith@navy.mil"]
    assert finding.protected
    assert look(CHECK, "john.smith@navy.com") == []
    assert look(CHECK, "john.smith@navy.com", Story().heard("al@navy.com").facts()) == []


@pytest.mark.parametrize("recipient", ["al@gmial.com", "al@mail.gmial.com"])
def test_silent_for_the_domain_of_the_sender(recipient: str) -> None:
    assert look(CHECK, recipient, sender="jo@gmial.com") == []


def test_the_least_probability_is_an_option() -> None:
    probability = only("c@yaoo.com").probability
    assert look(LookalikeDomain(least=probability), "c@yaoo.com")
    assert look(LookalikeDomain(least=probability + 1e-6), "c@yaoo.com") == []


@pytest.mark.parametrize("typed", ["joe@navy.ml", "joe@navi.mil", "joe@nav.mil", "joe@nvay.ml"])
def test_never_the_less_trusted_of_two(typed: str) -> None:
    known = wrote("al@navy.ml", "bob@nav.ml")
    for facts in (Facts(), known):
        found = look(CHECK, typed, facts)
        assert all(not str(a).endswith(".ml") for f in found for a in f.did_you_mean)


def test_the_right_one_is_not_questioned_after_the_slip() -> None:
    facts = Story().wrote("gen@army.ml", times=3).facts()
    assert look(CHECK, "gen@army.mil", facts) == []
    assert suggested(CHECK, "gen@army.ml", facts) == ["gen@army.mil"]


def test_a_slip_does_not_become_known_by_being_made() -> None:
    def after(times: int, sender: str = "ann@corp.example") -> list[float]:
        story = Story().wrote("jo.smith@dynegy.com", times=3).heard("jo.smith@dynegy.com")
        facts = story.wrote("jo.smith@dynergy.com", times, sender).facts()
        return [f.probability for f in look(CHECK, "jo.smith@dynergy.com", facts)]

    first, second, third = after(0), after(1), after(2)
    assert first > second > third > []
    assert second[0] > 0.5
    assert after(1, BOB)[0] > 0.5


def test_a_habit_does_not_clear_a_lookalike_of_a_protected_name() -> None:
    facts = Story().wrote("gen@army.ml", times=6).facts()
    assert suggested(CHECK, "gen@army.ml", facts) == ["gen@army.mil"]


def test_two_that_are_about_as_likely_are_both_said() -> None:
    story = Story()
    for name in ("widgets-z.com", "widgets-c.com"):
        story.wrote(f"jo.smith@{name}", times=4)
    finding = only("jo.smith@widgets-x.com", story.facts())
    assert {str(a) for a in finding.did_you_mean} == {
        "jo.smith@widgets-c.com",
        "jo.smith@widgets-z.com",
    }
    assert "It may also be" in finding.summary


def test_u_label_and_a_label_are_answered_alike() -> None:
    own = Facts(own_domains=frozenset({Domain.parse("bücherei.de").name}))
    typed = Domain.parse("büchrei.de").name
    assert typed.startswith("xn--")
    (finding,) = look(CHECK, "jo@büchrei.de", own)
    assert [finding] == look(CHECK, f"jo@{typed}", own)
    assert finding.did_you_mean[0].domain.unicode == "bücherei.de"
    assert finding.evidence["slip"] == "omission"


KNOWN = sorted({*providers.popular(), *protected.names("military")})
LETTERS = st.sampled_from(string.ascii_lowercase + string.digits + "-.")


@st.composite
def bent(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(KNOWN))
    at = draw(st.integers(0, len(name) - 1))
    return draw(
        st.sampled_from(
            [
                name[:at] + name[at + 1 :],
                name[:at] + draw(LETTERS) + name[at:],
                name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
                name.rpartition(".")[0] + draw(st.sampled_from([".ml", ".com", ".co", ".con"])),
            ]
        )
    )


@settings(deadline=None)
@given(bent(), st.sampled_from(["jo", "jack.sparks"]), st.booleans())
def test_only_what_is_known_or_protected_is_suggested(
    typed: str,
    local: str,
    used: bool,  # noqa: FBT001  Hypothesis fills it in
) -> None:
    facts = wrote("jack.sparks@dynegy.com") if used else Facts()
    try:
        address = Address.parse(f"{local}@{typed}")
    except AddressError:
        return
    for finding in look(CHECK, str(address), facts):
        assert not is_known(address.domain.name, facts)
        assert 0 < finding.probability <= 1
        for meant in finding.did_you_mean:
            assert meant.local == address.local
            assert is_known(meant.domain.name, facts) or meant.domain.name == "dynegy.com"


@settings(deadline=None)
@given(st.sampled_from(KNOWN), st.sampled_from(["table", "own", "heard"]))
def test_a_domain_equal_to_a_known_one_is_never_a_lookalike(name: str, why: str) -> None:
    typed = name if why == "table" else f"q{name}"
    facts = {
        "table": Facts(),
        "own": Facts(own_domains=frozenset({typed})),
        "heard": heard(f"al@{typed}"),
    }[why]
    assert look(CHECK, f"jo@{typed}", facts) == []
