from __future__ import annotations

from math import inf, isfinite

import pytest

from missent.core import prior, slips
from missent.core.facts import Facts
from missent.core.tables import providers
from missent.testing.checks import Story, as_case

OWN = Facts(own_domains=frozenset({"brightwater.com"}))


def odds(typed: str, meant: str, facts: Facts | None = None) -> float:
    slip = slips.domain(typed, meant)
    assert slip is not None
    return prior.log_odds(as_case(f"jo@{typed}", facts or Facts()), meant, slip)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("hotmail.cm", "hotmail.com"),
        ("outlok.com", "outlook.com"),
        ("army.ml", "army.mil"),
        ("us.af.ml", "us.af.mil"),
        ("mindef.ml", "mindef.nl"),
    ],
)
def test_a_plain_slip_is_likelier_than_an_unknown_name(typed: str, meant: str) -> None:
    assert odds(typed, meant) > 2


def test_nobody_means_what_nobody_knows() -> None:
    assert odds("brihgtwater.com", "brightwater.com") == -inf
    assert odds("brihgtwater.com", "brightwater.com", OWN) > 2


def test_who_has_many_users_is_meant_more_often() -> None:
    assert odds("comcsat.net", "comcast.net") > odds("frnotier.com", "frontier.com")


def test_a_short_name_is_somebody_elses_more_often() -> None:
    assert odds("hotmial.com", "hotmail.com") > odds("aoo.com", "aol.com")


def test_a_name_made_of_words_is_somebody_elses_more_often() -> None:
    own = Facts(own_domains=frozenset({"brightwater.com"}))
    slip, word = (
        odds("brightwqter.com", "brightwater.com", own),
        odds("brightwaters.com", "brightwater.com", own),
    )
    assert slip > word


def test_a_name_that_is_believed_to_exist_is_hardly_questioned() -> None:
    assert providers.is_believed("exelon.com")
    own = Facts(own_domains=frozenset({"xexelon.com", "xexelob.com"}))
    real, slip = odds("exelon.com", "xexelon.com", own), odds("exelob.com", "xexelob.com", own)
    assert real < slip - 2


def test_who_has_written_there_means_it_more_often() -> None:
    nobody, colleague, sender = (
        Facts(),
        Story().wrote("al@houston.rr.com", sender="bob@corp.example").facts(),
        Story().wrote("al@houston.rr.com").facts(),
    )
    found = [
        odds("houstonrr.com", "houston.rr.com", facts) for facts in (nobody, colleague, sender)
    ]
    assert found == sorted(found)
    assert len(set(found)) == 3
    assert all(map(isfinite, found))
