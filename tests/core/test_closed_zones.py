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
