"""What the accuracy benchmark counts: a table that counts wrongly would be worse than none."""

from __future__ import annotations

from bench.accuracy.labels import Kind, Labels, Slip
from bench.accuracy.measure import DEV, TEST, UNSEEN, Curve, Part, Sighting, reliability

ALL = Part("all")
DOMAIN: frozenset[Kind] = frozenset({"domain"})
ANN, BOB = "ann@enron.com", "bob@else.example"
TYPED, MEANT = "x@gmial.com", "x@gmail.com"


def slip(at: int = 10, sender: str = ANN, *, proved: bool = False) -> Slip:
    return Slip(at, sender, TYPED, MEANT, DOMAIN, DOMAIN, proved)


def labels(*slips: Slip, doubtful: str = "") -> Labels:
    pairs = frozenset((s.sender, s.observed) for s in slips)
    return Labels(slips, pairs, frozenset({doubtful}), frozenset())


def seen(at: int, score: float, sender: str = ANN, to: str = TYPED, meant: str = MEANT) -> Sighting:
    return Sighting(at, sender, to, score, meant)


def test_a_slip_is_caught_at_its_first_occurrence_or_not_at_all() -> None:
    known = labels(slip(10))
    assert Curve([seen(10, 0.8)], known, "domain", ALL, 1000).point(0.8).recall == 1
    late = Curve([seen(11, 0.8)], known, "domain", ALL, 1000)
    assert (late.point(0.8).recall, late.point(0.8).needless) == (0, 0)


def test_the_threshold_must_be_reached_by_then() -> None:
    curve = Curve([seen(10, 0.3), seen(11, 0.9)], labels(slip(10)), "domain", ALL, 1000)
    assert (curve.point(0.3).recall, curve.point(0.31).recall) == (1, 0)


def test_who_is_named_first_is_judged_by_the_domain_alone_for_domain_slips() -> None:
    known = labels(slip(10))
    for meant, first in ((MEANT, 1), ("gmail.com", 1), ("other@gmail.com", 1), ("x@gmx.com", 0)):
        curve = Curve([seen(10, 0.8, meant=meant)], known, "domain", ALL, 1000)
        assert curve.point(0.5).first == first


def test_of_a_local_slip_the_whole_address_must_be_named() -> None:
    kinds: frozenset[Kind] = frozenset({"local"})
    known = labels(Slip(10, ANN, "jo@x.example", "joe@x.example", kinds, kinds, proved=False))
    for meant, first in (("joe@x.example", 1), ("jon@x.example", 0)):
        sighting = Sighting(10, ANN, "jo@x.example", 0.9, meant)
        assert Curve([sighting], known, "local", ALL, 1000).point(0.9).first == first


def test_needless_prompts_are_counted_once_a_pair_and_per_thousand_messages() -> None:
    said = [seen(n, 0.5 + n / 100, to="y@right.example") for n in range(5)]
    said.append(seen(9, 0.6, sender=BOB, to="y@right.example"))
    curve = Curve(said, labels(), "domain", ALL, 4000)
    assert [curve.point(t).needless for t in (0.5, 0.54, 0.55, 0.7)] == [0.5, 0.5, 0.25, 0]


def test_a_prompt_at_a_labelled_pair_is_never_needless() -> None:
    unknowable = Slip(10, ANN, TYPED, MEANT, DOMAIN, frozenset(), proved=False)
    curve = Curve([seen(10, 0.8), seen(12, 0.9)], labels(unknowable), "domain", ALL, 1000)
    assert (curve.slips, curve.point(0.5).needless) == (0, 0)


def test_doubtful_ones_are_needless_too_and_told_apart() -> None:
    curve = Curve(
        [seen(1, 0.9, to="a@right.example"), seen(2, 0.9, to="b@right.example")],
        labels(doubtful="a@right.example"),
        "domain",
        ALL,
        1000,
    )
    assert (curve.point(0.9).needless, curve.point(0.9).doubtful) == (2, 1)
    assert curve.at_budget(1) is None
    affordable = curve.at_budget(1, doubtful=False)
    assert affordable is not None
    assert affordable.threshold == 0.9


def test_proved_slips_apart() -> None:
    known = labels(slip(10), slip(10, BOB, proved=True))
    assert Curve([seen(10, 0.9)], known, "domain", ALL, 1000).point(0.9).recall == 0.5
    assert Curve([seen(10, 0.9)], known, "domain", ALL, 1000, proved=True).point(0.9).recall == 0


def test_at_a_budget_the_highest_recall_that_it_affords() -> None:
    known = labels(slip(10), slip(20, BOB))
    said = [
        seen(10, 0.9),
        seen(15, 0.8, to="y@right.example"),
        seen(20, 0.7, BOB),
        seen(30, 0.6, to="z@right.example"),
    ]
    curve = Curve(said, known, "domain", ALL, 1000)
    got = {budget: curve.at_budget(budget) for budget in (0.5, 1, 2)}
    assert [p and (p.threshold, p.recall) for p in got.values()] == [(0.9, 0.5), (0.7, 1), (0.7, 1)]
    assert Curve([], known, "domain", ALL, 1000).at_budget(1) is None


def test_a_part_counts_its_own_slips_and_prompts() -> None:
    ours = Part("ours", domain="enron.com")
    said = [seen(10, 0.9), seen(10, 0.9, BOB), seen(11, 0.9, BOB, to="y@right.example")]
    curve = Curve(said, labels(slip(10), slip(10, BOB)), "domain", ours, 1000)
    assert (curve.slips, curve.point(0.9).recall, curve.point(0.9).needless) == (1, 1, 0)


def test_a_prompt_before_the_part_is_not_repeated_in_it() -> None:
    late = Part("late", since=100)
    said = [seen(50, 0.5, to="y@right.example"), seen(150, 0.9, to="y@right.example")]
    curve = Curve(said, labels(), "domain", late, 1000)
    assert (curve.point(0.5).needless, curve.point(0.6).needless) == (0, 1)


def test_development_and_test_share_neither_time_nor_sender() -> None:
    senders = [f"s{n}@enron.com" for n in range(200)]
    for at in (978_307_199, 978_307_200):
        for sender in senders:
            assert not (DEV.has(at, sender) and TEST.has(at, sender))
            assert UNSEEN.has(at, sender) is not DEV.has(at, sender)
    half = {s for s in senders if DEV.has(0, s)}
    assert 60 < len(half) < 140
    assert not any(TEST.has(978_307_200, s) for s in half)


def test_reliability() -> None:
    bins, brier = reliability([(0.95, True), (0.95, False), (0.15, False), (1.0, True)])
    assert (bins[9].findings, bins[9].true) == (3, 2 / 3)
    assert (bins[1].findings, bins[1].said, bins[1].true) == (1, 0.15, 0)
    assert round(brier, 4) == round((0.0025 + 0.9025 + 0.0225) / 4, 4)
