"""Known names near the typed one that nobody meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core import slips, suspects
from missent.core.facts import Facts
from missent.core.implausible import is_implausible
from missent.testing.checks import SENDER, Story, as_case, explained


def out(typed: str, known: str, facts: Facts, sender: str = SENDER) -> bool:
    return is_implausible(*explained(typed, known, facts, sender))


def used(name: str, times: int = 1) -> Story:
    return Story().wrote(f"jo@{name}", times=times)


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("mail.widgets.com", "widgets.com"),
        ("widgets.com", "mail.widgets.com"),
        ("a.mail.widgets.com", "widgets.com"),
    ],
)
def test_one_name_below_the_other_is_no_slip_of_it(typed: str, known: str) -> None:
    facts = used(known, 9).heard(f"jo@{known}").facts()
    assert out(typed, known, facts)
    assert suspects.domains(as_case(f"jo@{typed}", facts)) == []


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("www.widgets.com", "widgets.com"),  # typed out of habit
        ("ae.ps.ge.com", "ae.ge.com"),
        ("swpc.com", "swpc.siemens.com"),
        ("ci.glendale.ca", "ci.glendale.ca.us"),
        ("widgets.com", "widgets.nl"),  # everybody slips to `.com`
        ("widgets.io", "widgets.com"),  # as registered anywhere as `.com`
        ("widgets.com", "widgets.co.uk"),
        ("strook.com", "stroock.com"),
    ],
)
def test_real_slips_remain(typed: str, known: str) -> None:
    assert not out(typed, known, used(known).facts())


def test_another_country_is_no_slip_but_for_those_who_are_there() -> None:
    facts = Story().wrote("al@widgets.com", times=9).facts()
    assert out("widgets.nl", "widgets.com", facts)
    assert out("widgets.co.il", "widgets.com", facts)
    assert not out("widgets.nl", "widgets.com", facts, "ann@corp.nl")
    own = Facts(at=facts.at, history=facts.history, own_domains=frozenset({"corp.nl"}))
    assert not out("widgets.nl", "widgets.com", own)


def test_the_very_mailbox_in_another_country_is_weighed() -> None:
    assert not out("widgets.nl", "widgets.com", used("widgets.com", 9).facts())


def test_a_name_that_ends_in_a_slip_was_not_meant_unless_it_wrote() -> None:
    assert out("widgets.com", "widgets.co", used("widgets.co", 9).facts())
    heard = used("widgets.co").heard("jo@widgets.co").facts()
    assert not out("widgets.com", "widgets.co", heard)
    assert not out("widgets.co", "widgets.com", used("widgets.com").facts())


def test_the_later_right_name_is_not_questioned_for_an_earlier_slip() -> None:
    right, wrong = "careerandrecovery.org", "carrerandrecovery.org"
    assert out(right, wrong, used(wrong).facts())
    assert not out(right, wrong, used(wrong, 3).facts())
    assert not out(right, wrong, used(wrong).heard(f"jo@{wrong}").facts())
    assert not out(wrong, right, used(right).facts())


@given(st.sampled_from(["widgets.com", "widgets.co", "mail.widgets.com", "widgets.nl", "w.org"]))
def test_what_wrote_is_out_only_for_where_it_lies(known: str) -> None:
    facts = used(known).heard(f"jo@{known}").facts()
    for typed in ("widgets.com", "widgest.com", "widgets.net", "mail.widgets.com"):
        slip = slips.domain(typed, known)
        if slip and is_implausible(as_case(f"jo@{typed}", facts), known, slip):
            assert slip.kind in {"labels_added", "labels_cut", "suffix_other"}
