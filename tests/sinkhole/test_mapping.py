from __future__ import annotations

import pytest

from missent.core.errors import ConfigError
from missent.sinkhole.mapping import Lookalike, find

MIL = Lookalike.parse("*.ml", "*.mil")
ONE = Lookalike.parse("examp1e.org", "example.org")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("army.ml", "army.mil"),
        ("us.army.ml", "us.army.mil"),
        ("examp1e.org", "example.org"),
        ("www.examp1e.org", None),
        ("ml", None),
        ("xml", None),
        ("army.xml", None),
        ("army.mil", None),
    ],
)
def test_what_was_meant(name: str, meant: str | None) -> None:
    found = find((MIL, ONE), name)
    assert (found.meant if found else None) == meant


def test_an_exact_name_goes_before_a_star() -> None:
    exact = Lookalike.parse("navy.ml", "navy.mi.th")
    found = find((MIL, exact), "navy.ml")
    assert found is not None
    assert found.meant == "navy.mi.th"


def test_a_star_may_lead_to_one_name() -> None:
    all_below = Lookalike.parse("*.examp1e.org", "example.org")
    assert all_below.of("www.examp1e.org") == "example.org"


def test_hosts_are_counted_under_their_organisation() -> None:
    found = find((MIL,), "mail.us.army.ml")
    assert found is not None
    assert found.counted == ("army.mil", "army.ml")


@pytest.mark.parametrize(
    ("pair", "owner"),
    [(MIL, "mil"), (ONE, "example.org"), (Lookalike.parse("a.ml", "b.c.fr"), "c.fr")],
)
def test_whose_mail_it_is(pair: Lookalike, owner: str) -> None:
    assert pair.owner == owner


@pytest.mark.parametrize(
    ("typed", "meant", "note", "said"),
    [
        ("army.ml", "*.mil", "", "has a star"),
        ("a b.ml", "army.mil", "", "no domain"),
        ("army.mil", "army.mil", "", "own lookalike"),
        ("*.ml", "*.mil", "x" * 61, "at most 60"),
        ("*.ml", "*.mil", "café", "ASCII"),
        ("*.ml", "*.mil", "<gen@army.ml>", "angle"),
    ],
)
def test_what_cannot_be_meant_is_refused(typed: str, meant: str, note: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Lookalike.parse(typed, meant, note)
