"""What is known of a name before anybody is asked."""

from __future__ import annotations

from missent.exposure.candidates import candidates
from missent.exposure.lookalike import State


def test_what_nobody_can_register_is_not_asked_about() -> None:
    states = {one.name: one.state for one in candidates("navy.mil", ["navy.mil"], limit=400)}
    assert states["navy.ml"] is State.UNKNOWN
    assert states["navy.mi"] is State.IMPOSSIBLE  # there is no `.mi`
    assert next(iter(states)) == "navy.ml"


def test_names_below_ours_are_ours() -> None:
    ours = ["ix.netcom.com", "netcom.com"]
    states = {one.name: one.state for one in candidates("ix.netcom.com", ours, limit=400)}
    assert states["ux.netcom.com"] is State.OURS
    assert states["ix.netcon.com"] is State.UNKNOWN


def test_stops_at_the_limit_or_at_the_mass() -> None:
    assert len(list(candidates("navy.mil", ["navy.mil"], limit=7))) == 7
    half = list(candidates("navy.mil", ["navy.mil"], mass=0.5))
    assert 0.5 <= sum(one.probability for one in half) < 0.6
