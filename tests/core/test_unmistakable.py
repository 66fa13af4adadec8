"""Slips that hardly any two genuine names look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from missent.core import suspects
from missent.core.unmistakable import is_unmistakable
from missent.testing.checks import Story, as_case, explained

if TYPE_CHECKING:
    from missent.core.facts import Facts


def sure(typed: str, known: str, facts: Facts) -> bool:
    return is_unmistakable(*explained(typed, known, facts))


def used(name: str, times: int = 1) -> Story:
    return Story().wrote(f"al@{name}", times=times)


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("north.medicine.edu", "medicine.north.edu"),
        ("rr.springfield.com", "springfield.rr.com"),
        ("widgets.com.com", "widgets.com"),
        ("mail.widgets.co.uk.co.uk", "mail.widgets.co.uk"),
        ("wrg-1lc.com", "wrg-llc.com"),
        ("widget5.com", "widgets.com"),
        ("w1dgets.com", "widgets.com"),
        ("mail.w1dgets.com", "mail.widgets.com"),
    ],
)
def test_labels_in_another_order_and_digits_for_letters_are_asked_about(
    typed: str, known: str
) -> None:
    facts = used(known).facts()
    assert sure(typed, known, facts)
    found = suspects.domains(as_case(f"jo@{typed}", facts))
    assert found[0].name == known
    assert found[0].probability > 0.85


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("tlemann.com", "tiemann.com"),  # a letter for a letter: both are names
        ("widget7.com", "widgets.com"),  # no look-alike
        ("widgets.com.org", "widgets.com"),  # whoever has `com.org`
        ("widgest.com", "widgets.com"),
    ],
)
def test_what_genuine_names_look_like_is_left_to_the_model(typed: str, known: str) -> None:
    assert not sure(typed, known, used(known, 99).facts())


def test_short_names_are_taken_with_digits_too() -> None:
    assert not sure("us1.net", "usi.net", used("usi.net", 9).facts())
    assert sure("us1.net", "usi.net", used("usi.net", 10).facts())
    assert sure("us1.net", "usi.net", used("usi.net").heard("al@usi.net").facts())


def test_a_name_that_is_in_use_or_listed_is_left_to_the_model() -> None:
    both = used("widgets.com", 9).wrote("jo@w1dgets.com").facts()
    assert not sure("w1dgets.com", "widgets.com", both)
    assert not sure("mail.ox.ac.uk", "ox.mail.ac.uk", used("ox.mail.ac.uk", 9).facts())
