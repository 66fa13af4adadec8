from __future__ import annotations

import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.neighbours import (
    GrowingIndex,
    domain_keys,
    filing_keys,
    gather,
    glued,
    local_keys,
    local_queries,
    sharing_a_key,
    skeleton,
)
from missent.memory.build import SnapshotBuilder
from missent.memory.learned import Contact
from missent.memory.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missent.core.facts import Correspondence

MOST = 64


def index(keys: Iterable[Iterable[int]]) -> GrowingIndex:
    made = GrowingIndex()
    for number, filed in enumerate(keys):
        made.file(number, filed)
    return made


def near(typed: str, *known: str) -> list[str]:
    found = gather(index(map(filing_keys, known)), domain_keys(typed))
    return [known[number] for number in found]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("navy.ml", "navy.mil"),
        ("us.af.ml", "us.af.mil"),
        ("houstonrr.com", "houston.rr.com"),
        ("netzero.com", "netzero.net"),
        ("nodak.medicine.edu", "medicine.nodak.edu"),
        ("swpc.com", "swpc.siemens.com"),
        ("acme-widgets.com", "acme_widgets.com"),
        ("akin-gump.com", "akin.com"),
        ("hewlettpackard.com", "hewlett-packard.com"),
        ("siemans-enargy.com", "siemens-energy.com"),  # the consonants are the same
        ("siemans-enargy.co", "siemens-energy.com"),  # and the suffix is a slip of the other
        ("siemans-enargy.con", "siemens-energy.com"),
        ("xn--mllabfahren-thb.co", "xn--mllabfuhren-thb.com"),
        ("yahoo.co", "yahoo.co.uk"),
        ("mail.acmexcom", "mail.acme.com"),  # the last dot became a letter
    ],
)
def test_a_name_is_found_under_what_is_typed_for_it(typed: str, meant: str) -> None:
    assert near(typed, "brightwater.test", meant, "oxford.example") == [meant]


def test_nothing_is_near_a_name_like_no_other() -> None:
    assert near("zzzzz.test", "gmail.com", "army.mil", "houston.rr.com") == []


def test_the_same_consonants_tell_nothing_under_a_suffix_of_another_country() -> None:
    assert near("suchen.de", "sochen.nl") == []
    assert near("suchen.de", "sochen.de") == ["sochen.de"]


def test_what_shares_more_comes_first_and_there_is_an_end() -> None:
    known = [f"acme{letter}{other}.com" for letter in "abcdefghij" for other in "abcdefghij"]
    found = near("acmezz.com", "acme.com", *known, "acmezy.com")
    assert len(found) == 0 or len(found) <= MOST
    crowd = gather(index([[1, 2], *[[1]] * 200, [1, 2, 3]]), [1, 2, 3, 4])
    assert list(crowd.items())[:3] == [(201, 3), (0, 2), (1, 1)]
    assert len(crowd) == MOST


def test_consonants_and_letters_alone() -> None:
    assert skeleton("mississippi-2.example") == "mspxmpl"
    assert skeleton("aeiou") == ""
    assert glued("a.b-c_d") == "abcd"


def test_a_number_filed_twice_is_found_once() -> None:
    twice = GrowingIndex()
    for number in (7, 7, 8, 8, 7):
        twice.file(number, [1])
    assert twice.shared({1, 2}).keys() == {7, 8}
    assert twice.shared({2}) == {}


# A single edit is never missed, whichever it is, in the index that grows and in the frozen one.

names = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=12)
domains = st.builds(
    "{}.{}".format,
    st.lists(names, min_size=1, max_size=3).map(".".join),
    st.sampled_from(["com", "co.uk", "mil", "ml", "example"]),
)
locals_ = st.lists(names, min_size=1, max_size=3).map(".".join)


@st.composite
def bent(draw: st.DrawFn, of: st.SearchStrategy[str]) -> tuple[str, str]:
    text = draw(of)
    at = draw(st.integers(0, len(text) - 1))
    letter = draw(st.sampled_from(string.ascii_lowercase + string.digits + "-_."))
    edits = [
        text[:at] + text[at + 1 :],
        text[:at] + letter + text[at:],
        text[:at] + letter + text[at + 1 :],
        text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
    ]
    return text, draw(st.sampled_from([edit for edit in edits if edit]))


def frozen(addresses: Iterable[str]) -> Correspondence:
    builder = SnapshotBuilder()
    split = sorted((a.rpartition("@")[2], a.rpartition("@")[0]) for a in set(addresses))
    for domain, local in split:
        builder.add([Contact(domain, local, "ann@corp.example", 1, 1, 1, 0, 0, confirmed=False)])
    return builder.build()


def growing(addresses: Iterable[str]) -> Correspondence:
    ledger = Ledger()
    for address in addresses:
        ledger.send("ann@corp.example", address, 1)
    return ledger


@given(bent(domains), st.lists(domains, max_size=20))
def test_every_single_edit_of_a_domain_is_found(pair: tuple[str, str], others: list[str]) -> None:
    meant, typed = pair
    addresses = [f"jo@{name}" for name in (*others, meant)]
    assert meant in growing(addresses).domains_near(typed)
    assert meant in frozen(addresses).domains_near(typed)


@given(bent(locals_), st.lists(locals_, max_size=20))
def test_every_single_edit_of_a_local_part_is_found(
    pair: tuple[str, str], others: list[str]
) -> None:
    meant, typed = pair
    if len(meant) < 4 and sorted(meant) == sorted(typed):
        return  # of three letters two swapped are other initials
    addresses = [f"{local}@acme.example" for local in (*others, meant)]
    assert meant in growing(addresses).locals_near("acme.example", typed)
    assert meant in frozen(addresses).locals_near("acme.example", typed)


def test_two_letters_swapped_in_the_middle_change_both_halves_and_are_found() -> None:
    known = growing(["schmidt@acme.example", "wright@acme.example"])
    assert list(known.locals_near("acme.example", "scmhidt")) == ["schmidt"]
    assert list(known.locals_near("acme.example", "wrgiht")) == ["wright"]


@given(st.lists(domains, max_size=20), domains, locals_)
def test_the_growing_and_the_frozen_find_the_same(known: list[str], typed: str, local: str) -> None:
    addresses = [f"jo@{name}" for name in known]
    grown, compact = growing(addresses), frozen(addresses)
    assert set(grown.domains_near(typed)) == set(compact.domains_near(typed))
    assert set(grown.locals_near(typed, local)) == set(compact.locals_near(typed, local))
    assert set(grown.domains_with(local)) == set(compact.domains_with(local))


@given(domains)
def test_a_name_is_filed_under_what_it_is_looked_up_under(name: str) -> None:
    assert domain_keys(name) >= filing_keys(name)


@given(locals_)
def test_a_local_part_is_found_by_itself_at_its_own_domain_alone(local: str) -> None:
    assert local_queries("a.example", local) & local_keys("a.example", local)
    assert not local_queries("a.example", local) & local_keys("b.example", local)


@given(bent(locals_) | st.tuples(locals_, locals_))
def test_one_by_one_local_parts_are_found_as_by_their_keys(pair: tuple[str, str]) -> None:
    known, typed = pair
    shared = local_keys("acme.example", known) & local_queries("acme.example", typed)
    assert sharing_a_key(typed, [known]) == [known] * bool(shared)
