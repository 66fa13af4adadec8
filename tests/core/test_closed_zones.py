from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core import closed_zones
from missent.core.tables import protected


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("stanfrod.edu", "stanford.edu"),  # two letters swapped,
        ("stafnord.edu", "stanford.edu"),  # where the halves meet
        ("stnford.edu", "stanford.edu"),
        ("stanfordd.edu", "stanford.edu"),
        ("www.stanforf.edu", "www.stanford.edu"),
    ],
)
def test_one_edit(typed: str, meant: str) -> None:
    assert meant in set(closed_zones.near(typed))


def test_two_edits_and_other_zones() -> None:
    assert not set(closed_zones.near("stnfrd.edu"))
    assert not set(closed_zones.near("stanfrod.com"))


listed = sorted(n for n in protected.known() if n.count(".") == 1 and n.endswith(".edu"))
letters = st.sampled_from(string.ascii_lowercase + string.digits + "-")


@given(st.sampled_from(listed), st.integers(0, 30), st.integers(0, 3), letters)
def test_every_single_edit_is_found(name: str, at: int, kind: int, letter: str) -> None:
    label = name.removesuffix(".edu")
    at %= len(label)
    typed = [
        label[:at] + label[at + 1 :],
        label[:at] + letter + label[at:],
        label[:at] + letter + label[at + 1 :],
        label[:at] + label[at : at + 2][::-1] + label[at + 2 :],
    ][kind]
    if typed not in ("", label):
        assert name in set(closed_zones.near(f"{typed}.edu"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("army.mil.ml", "army.mil"),
        ("navy.mil.com", "navy.mil"),
        ("us.af.mil.ml", "us.af.mil"),
        ("irs.gov.com", "irs.gov"),
        ("whitehouse.gov.ch", "whitehouse.gov"),
        ("cs.harvard.edu.com.pl", "cs.harvard.edu"),
    ],
)
def test_a_suffix_behind_a_listed_name(typed: str, meant: str) -> None:
    assert list(closed_zones.before_a_suffix(typed)) == [meant]


@pytest.mark.parametrize(
    "typed",
    [
        "army.mil.br",  # zones of countries that the list of suffixes has,
        "health.gov.au",
        "irs.gov.uk",
        "harvard.edu.co",
        "army.mil.se",  # that the zones have,
        "irs.gov.cz",  # and that a country may have unlisted
        "aiu.edu.gm",
        "mil.ml",
        "army.mil",
        "army.mil.mil",
        "nobody-knows-it.mil.ml",
        "army.mil.nosuchsuffix",
    ],
)
def test_what_may_be_a_name_of_its_own(typed: str) -> None:
    assert not list(closed_zones.before_a_suffix(typed))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("nato.int.com", "nato.int"),
        ("ox.ac.uk.com", "ox.ac.uk"),
        ("gmail.com.com", "gmail.com"),
        ("yahoo.co.uk.net", "yahoo.co.uk"),
    ],
)
def test_com_behind_a_well_known_name(typed: str, meant: str) -> None:
    assert list(closed_zones.before_com(typed)) == [meant]


@pytest.mark.parametrize("typed", ["bayern.de.com", "download.com.com", "mil.com", "gmail.com.br"])
def test_com_behind_what_may_be_a_name_of_its_own(typed: str) -> None:
    assert not list(closed_zones.before_com(typed))


def test_com_behind_a_name_of_ours() -> None:
    own = frozenset({"brightwater.co.uk"})
    assert list(closed_zones.before_com("brightwater.co.uk.net", own)) == ["brightwater.co.uk"]
    assert not list(closed_zones.before_com("brightwater.co.uk.net"))
