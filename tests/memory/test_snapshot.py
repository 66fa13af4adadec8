"""A snapshot answers as a ledger does that was told the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from missent.core.facts import NO_HISTORY, Use
from missent.core.familiar import by_two_questions
from missent.memory.build import SnapshotBuilder
from missent.memory.columns import LARGEST
from missent.memory.learned import Contact, Correction
from missent.memory.ledger import Ledger
from missent.memory.snapshot import FEW
from missent.memory.view import Overlay, View, joined

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missent.core.facts import Correspondence
    from missent.memory.snapshot import Snapshot

DOMAINS = ["partner.example", "partnr.example", "x.org", "日本.example", "xn--wgv71a.example"]
LOCALS = ["ann", "anne", "ann.smith", "ann.smyth", "info", "ä", "b"]
SENDERS = ["", *(f"s{number}@corp.example" for number in range(20))]

counts = st.integers(0, 5)
uses = st.builds(
    lambda sent, at, more, received, bounced, confirmed: Use(
        sent, at if sent else 0, at + more if sent else 0, received, bounced, confirmed
    ),
    counts,
    st.integers(1, 1000),
    st.integers(0, 1000),
    counts,
    counts,
    st.booleans(),
).filter(any)  # no row says nothing
knowledge = st.dictionaries(
    st.tuples(
        st.sampled_from(SENDERS),
        st.builds("{}@{}".format, st.sampled_from(LOCALS), st.sampled_from(DOMAINS)),
    ),
    uses,
    max_size=120,
)


def snapshot(
    known: dict[tuple[str, str], Use], corrections: Iterable[Correction] = (), size: int = 7
) -> Snapshot:
    rows = sorted(contact(sender, address, use) for (sender, address), use in known.items())
    builder = SnapshotBuilder()
    for start in range(0, len(rows), size):
        builder.add(rows[start : start + size])
    return builder.build(corrections)


def contact(sender: str, address: str, use: Use) -> Contact:
    local, _, domain = address.rpartition("@")
    return Contact(
        domain, local, sender, use.sent, use.first, use.last, use.received, use.bounced,
        use.confirmed,
    )  # fmt: skip


def ledger(known: dict[tuple[str, str], Use]) -> Ledger:
    made = Ledger()
    for (sender, address), use in known.items():
        made.merge(sender, address, use)
    return made


def assert_same(one: Correspondence, other: Correspondence) -> None:
    for domain in (*DOMAINS, "nowhere.example"):
        assert one.domain(domain) == other.domain(domain), domain
        assert one.locals_at(domain) == other.locals_at(domain), domain
        assert set(one.domains_near(domain)) == set(other.domains_near(domain))
        for sender in (*SENDERS, "stranger@corp.example"):
            assert one.sender_domain(sender, domain) == other.sender_domain(sender, domain)
        for local in (*LOCALS, "anna"):
            address = f"{local}@{domain}"
            assert one.address(address) == other.address(address), address
            assert set(one.locals_near(domain, local)) == set(other.locals_near(domain, local))
            assert one.locals_like(domain, local) == other.locals_like(domain, local)
            for sender in (*SENDERS, "stranger@corp.example"):
                assert one.pair(sender, address) == other.pair(sender, address), (sender, address)
                familiar = one.is_familiar(sender, address), other.is_familiar(sender, address)
                assert familiar[0] == familiar[1] == by_two_questions(one, sender, address)
    for local in (*LOCALS, "anna"):
        assert sorted(one.domains_with(local)) == sorted(other.domains_with(local))


@settings(max_examples=60, deadline=None)
@given(knowledge, st.integers(1, 200))
def test_a_snapshot_answers_as_a_ledger(known: dict[tuple[str, str], Use], size: int) -> None:
    assert_same(snapshot(known, size=size), ledger(known))


@settings(max_examples=60, deadline=None)
@given(knowledge, knowledge)
def test_a_view_answers_as_one_ledger_of_both(
    known: dict[tuple[str, str], Use], later: dict[tuple[str, str], Use]
) -> None:
    overlay = Overlay(snapshot(known))
    for (sender, address), use in later.items():
        overlay.add(sender, address, use)
    both = {
        pair: joined(known.get(pair, Use()), later.get(pair, Use()))
        for pair in known.keys() | later.keys()
    }
    assert_same(View(overlay), ledger(both))
    assert_same(View(overlay), snapshot(both))


@settings(max_examples=40, deadline=None)
@given(knowledge, knowledge, knowledge)
def test_what_is_settled_counts_once_whatever_was_known(
    known: dict[tuple[str, str], Use],
    early: dict[tuple[str, str], Use],
    late: dict[tuple[str, str], Use],
) -> None:
    overlay = Overlay(snapshot(known))
    for (sender, address), use in early.items():
        overlay.add(sender, address, use)
    now = {pair: overlay.row(*pair) for pair in early.keys() | known.keys()}
    for pair, use in late.items():
        # A store's row only grows, save for what two processes counted in the same moment.
        now[pair] = joined(overlay.row(*pair), use)
        overlay.settle(*pair, now[pair])
        overlay.settle(*pair, now[pair])
    assert_same(View(overlay), snapshot(now))


def test_many_rows_and_few_are_added_up_alike() -> None:
    for size in (FEW - 1, FEW, FEW + 1, 10 * FEW):
        known = {
            (f"s{number}@corp.example", "ann@x.org"): Use(1, number + 1, number + 1, 2, 3)
            for number in range(size)
        } | {("", "ann@x.org"): Use(received=7)}
        made = snapshot(known)
        assert made.address("ann@x.org") == Use(size, 1, size, 7, 3 * size)
        assert made.domain("x.org") == Use(size, 1, size, 7)
        assert made.sender_domain("s3@corp.example", "x.org") == Use(1, 4, 4, 2)


def test_an_address_that_only_bounced_makes_no_known_domain() -> None:
    made = snapshot({("s1@corp.example", "ann@x.org"): Use(bounced=1)})
    assert made.address("ann@x.org") == Use(bounced=1)
    assert made.domain("x.org") is None
    assert list(made.domains_near("x.org")) == []


def test_a_number_beyond_32_bits_is_cut_off() -> None:
    made = snapshot(
        {("s1@corp.example", "ann@x.org"): Use(2**40, 1, 2**33, 2**40, 2**40, confirmed=True)}
    )
    assert made.pair("s1@corp.example", "ann@x.org") == Use(
        LARGEST, 1, LARGEST, LARGEST, LARGEST >> 1, confirmed=True
    )


def test_the_latest_correction_counts_and_ones_own_before_a_colleagues() -> None:
    typed = "ann@partnr.example"
    made = snapshot(
        {},
        [
            Correction("s1@corp.example", typed, "late@x.org", 3),
            Correction("s1@corp.example", typed, "early@x.org", 1),
            Correction("s2@corp.example", typed, "other@x.org", 4),
        ],
    )
    assert made.meant("s1@corp.example", typed) == "late@x.org"
    assert made.meant("s3@corp.example", typed) == "other@x.org"
    assert made.meant("s3@corp.example", "ann@x.org") is None


def test_an_empty_snapshot_knows_nothing() -> None:
    assert_same(snapshot({}), NO_HISTORY)


def test_local_parts_of_a_large_domain_are_found_warm_or_not() -> None:
    addresses = [f"person{number:05}@x.org" for number in range(1500)]
    known: dict[tuple[str, str], Use] = {
        ("s1@corp.example", address): Use(1, 1, 1) for address in addresses
    }
    cold, warm = snapshot(known), snapshot(known)
    for name, start, end in warm.large():
        warm.local_parts.warm(name, start, end)
    typed = ["persn00042", "person0042", "person00402"]
    for local in typed:
        assert set(cold.locals_near("x.org", local)) == set(warm.locals_near("x.org", local))
    assert "person00042" in cold.locals_near("x.org", "persn00042")
