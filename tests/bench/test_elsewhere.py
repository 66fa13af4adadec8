from __future__ import annotations

from collections import Counter

import pytest

from bench.elsewhere import history, pairs
from missent.core.address import Address


def test_every_pair_is_two_domains_and_says_how_it_was_found() -> None:
    everything = pairs.read()
    assert len(everything) > 300
    for pair in everything:
        assert pair.typed != pair.meant
        assert "@" not in pair.typed + pair.meant
        assert Address.parse(f"kim@{pair.meant}").domain.name == pair.meant
        assert pair.verdict in {"slip", "genuine", "unsure"}
        assert pair.found in pairs.FOUND
        assert pair.where in {"mail", "signature", "mailmap", "package", "log", "said so"}
    assert len({(pair.typed, pair.meant) for pair in everything}) == len(everything)


def test_what_is_learned_from_and_what_is_reported_mean_other_organisations() -> None:
    slips = [pair for pair in pairs.read() if pair.verdict == "slip"]
    count = Counter(pair.half for pair in slips)
    assert count == {"development": 95, "test": 149}
    sides = {half: {p.meant for p in slips if p.half == half} for half in pairs.HALVES}
    assert not sides["development"] & sides["test"]


@pytest.mark.parametrize("below", ["", "lists.", "a.b."])
def test_a_name_below_goes_with_its_domain(below: str) -> None:
    pair = pairs.Pair("x.example", f"{below}debian.org", "slip", "met", "mail")
    assert pair.half == pairs.half_of("debian.org")


def test_what_is_left_out_is_not_known() -> None:
    addresses = {"kim@known.example": 3, "kim@left.example": 3}
    memory = history.Memory(addresses, {"left.example"})
    assert memory.ledger.domain("known.example")
    assert not memory.ledger.domain("left.example")
    memory.acquaint("alex@left.example", history.sender_of("left.example"))
    assert memory.ledger.domain("left.example")
