from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from publicsuffixlist import PublicSuffixList

from missent.core import suffixes


@pytest.mark.parametrize(
    ("name", "below", "label", "suffix", "known"),
    [
        ("us.af.mil", "us", "af", "mil", True),
        ("army.ml", "", "army", "ml", True),
        ("x.acme.com.ar", "x", "acme", "com.ar", True),
        ("acme.net.il", "", "acme", "net.il", True),
        ("a.b.acme.org.uk", "a.b", "acme", "org.uk", True),
        ("co.uk", "", "", "co.uk", True),
        ("mil", "", "", "mil", True),
        ("www.ck", "", "www", "ck", True),  # an exception of the list
        ("a.b.ck", "", "a", "b.ck", True),  # a wildcard of the list
        ("hotmail.con", "", "hotmail", "con", False),
        ("localhost", "", "", "localhost", False),
        ("x.xn--p1ai", "", "x", "xn--p1ai", True),
    ],
)
def test_cuts_at_the_public_suffix(
    name: str,
    below: str,
    label: str,
    suffix: str,
    known: bool,  # noqa: FBT001  a column
) -> None:
    assert suffixes.split(name) == suffixes.Parts(below, label, suffix, known)


def test_a_public_suffix_has_no_registrable_domain() -> None:
    assert suffixes.split("co.uk").registrable == ""
    assert suffixes.split("a.b.co.uk").registrable == "b.co.uk"


def test_knows_every_top_level_domain_as_a_label() -> None:
    top = suffixes.top_level()
    assert {"com", "ml", "mil", "xn--p1ai"} <= top
    assert not {"con", "mli", "local"} & top
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in top)


def test_the_rules_are_those_that_the_package_reads() -> None:
    theirs = PublicSuffixList(accept_unknown=False)
    for rule in theirs._publicsuffix:
        name = rule.lstrip("*!").removeprefix(".")
        for asked in (name, f"a.{name}", f"c.b.a.{name}") if name.isascii() else ():
            assert suffixes.split(asked).suffix == theirs.publicsuffix(asked)


def test_tells_of_which_day_the_list_is() -> None:
    assert date.fromisoformat(suffixes.date()) > date(2025, 1, 1)


names = st.lists(st.from_regex(r"[a-z0-9]{1,6}", fullmatch=True), min_size=1, max_size=5).map(
    ".".join
)


@given(names)
def test_the_parts_make_up_the_name(name: str) -> None:
    parts = suffixes.split(name)
    assert ".".join(filter(None, (parts.below, parts.label, parts.suffix))) == name


@pytest.mark.parametrize(("suffix", "of_one"), [("ml", True), ("co.uk", True), ("mil", False)])
def test_a_country_has_two_letters(suffix: str, *, of_one: bool) -> None:
    assert suffixes.is_of_a_country(suffix) is of_one
