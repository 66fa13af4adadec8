"""Registrations: what is told, and that it is told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from missent.exposure.handover import SOON, Registration, handovers, news, same
from missent.exposure.lookalike import Lookalike

TODAY = date(2026, 11, 25)
FAR = (TODAY + timedelta(400)).isoformat()
NEAR = (TODAY + SOON).isoformat()
CALM = Registration(TODAY, "2013-01-17", FAR, "Names Ltd", "Mali")


def test_a_calm_registration_is_no_news() -> None:
    assert news(CALM, None) == []
    assert news(CALM, CALM) == []
    assert same(CALM, CALM)
    assert not same(CALM, None)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (replace(CALM, expires=NEAR), f"about to change hands: its registration ends on {NEAR}"),
        (replace(CALM, standing="redemption period"), "about to change hands: redemption period"),
        (replace(CALM, registrar="Other"), "its registrar was Names Ltd and is Other"),
        (replace(CALM, registrant="Other"), "its registrant was Mali and is Other"),
        (replace(CALM, registered="2026-11-01"), "was registered anew on 2026-11-01"),
    ],
)
def test_what_is_about_to_happen_is_told_once(now: Registration, told: str) -> None:
    (line,) = news(now, CALM)
    assert told in line
    assert not same(now, CALM)
    assert news(now, now) == []


def test_an_end_that_comes_near_is_told_though_nothing_else_changed() -> None:
    expires = (TODAY + timedelta(100)).isoformat()
    then = replace(CALM, expires=expires)
    later = replace(then, on=TODAY + timedelta(50))
    assert news(then, None) == []
    (line,) = news(later, then)
    assert expires in line
    assert not same(later, then)
    assert news(replace(later, on=later.on + timedelta(1)), later) == []


def test_what_a_registry_keeps_quiet_about_is_no_change() -> None:
    assert news(replace(CALM, registrant="", registrar=""), CALM) == []
    assert Registration.of(Lookalike("navy.ml", "navy.mil", 0.1, "omission"), TODAY) is None


def test_by_name() -> None:
    now = {"navy.ml": replace(CALM, standing="pending delete"), "navy.com": CALM}
    told = handovers(now, {"navy.com": CALM})
    assert told == [("navy.ml", "is about to change hands: pending delete")]
