from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from missent.app.zones import Names
from missent.core.acquaintance import NONE, piece_by_piece, used_one_by_one
from missent.core.facts import NO_HISTORY, Use
from missent.memory.build import SnapshotBuilder
from missent.memory.learned import Contact
from missent.memory.view import Overlay, View
from missent.testing.checks import SENDER, Story

DOMAIN = "acme.example"


def test_of_nobody() -> None:
    assert NO_HISTORY.acquaintance(SENDER, "jo", DOMAIN) == NONE
    assert not NO_HISTORY.used_among({DOMAIN})
    assert piece_by_piece(NO_HISTORY, SENDER, "jo", DOMAIN) == NONE


def test_of_somebody_and_of_who_is_near() -> None:
    facts = Story().wrote("jo@acme.example", times=2).heard("jo@acme.example").facts()
    known = facts.history.acquaintance(SENDER, "jo", DOMAIN)
    assert (known.address.sent, known.pair.sent, known.domain.received) == (2, 2, 1)
    assert known.near == ()
    assert set(facts.history.used_among({DOMAIN, "x.example"})) == {DOMAIN}
    near = facts.history.acquaintance("bob@corp.example", "joe", DOMAIN)
    assert (near.address.sent, near.by_sender.sent, list(near.near)) == (0, 0, ["jo"])


people = st.sampled_from(["al", "ann", "anne", "jo.smith", "jo.smit", "k9"])
counts = st.integers(0, 3)
rows = st.tuples(people, st.sampled_from(["", SENDER, "bob@corp.example"]), counts, counts, counts)


@given(
    st.dictionaries(st.tuples(people, st.sampled_from(["", SENDER, "b@x"])), rows, max_size=9),
    people,
    st.integers(0, 2),
)
def test_a_snapshot_knows_the_same_at_once(
    given_rows: dict[tuple[str, str], tuple[str, str, int, int, int]], asked: str, later: int
) -> None:
    builder = SnapshotBuilder()
    builder.add(
        [
            Contact(DOMAIN, local, sender, sent, 5 * bool(sent), 9 * bool(sent), received, bounced,
                    confirmed=False)
            for (local, sender), (_, _, sent, received, bounced) in sorted(given_rows.items())
        ]
    )  # fmt: skip
    overlay = Overlay(builder.build())
    view = View(overlay)
    if later:
        address = f"{asked if later == 1 else 'new'}@{DOMAIN}"
        overlay.add(SENDER, address, Use(later, 9, 9, bounced=later))
    partners = Names(["partner.example"]).over(view)
    several = {DOMAIN, "partner.example", "stranger.example"}
    for history in (overlay.snapshot, view, partners):
        assert set(history.used_among(several)) == set(used_one_by_one(history, several))
        assert not history.used_among({"stranger.example"})
        for sender in (SENDER, "", "stranger@corp.example"):
            at_once = history.acquaintance(sender, asked, DOMAIN)
            one_by_one = piece_by_piece(history, sender, asked, DOMAIN)
            assert at_once._replace(near=()) == one_by_one._replace(near=())
            assert sorted(at_once.near) == sorted(one_by_one.near)
