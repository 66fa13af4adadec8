"""What stands behind a leak, and who is told of it: nobody who did nothing wrong."""

from __future__ import annotations

import pytest

from missent.audit.leaks.leak import Habit, Kind, Leak, Pair
from missent.audit.leaks.tell import habit, whom
from missent.core.verdict import Action

OWN = frozenset({"corp.example"})


def leak(*pairs: Pair, meant: str = "harbour-linen.com", kind: Kind = Kind.LOOKALIKE) -> Leak:
    made = Leak("harbour-linnen.com", (meant,), kind, "T101", 0.9, "", Action.HOLD)
    made.pairs = list(pairs)
    made.days = {day: 1 for pair in pairs for day in range(pair.days)}
    return made


def pair(sender: str, via: str | None = None, days: int = 1, delivered: int = 1) -> Pair:
    lost = days - delivered
    return Pair(sender, "jo@harbour-linnen.com", via, days, delivered, 0, lost, 0, 0, 1, 9, 1, days)


def test_who_wrote_to_an_alias_is_not_told_of_where_it_leads() -> None:
    one = leak(*(pair(f"u{n}@partner.example", "sales@corp.example", 4) for n in range(4)))
    assert habit(one, OWN) is Habit.FORWARD
    told = whom(one, OWN)
    assert [who for who, _ in told] == ["sales@corp.example", "postmaster@harbour-linen.com"]


def test_mail_that_came_from_elsewhere_is_passed_on_here_whatever_the_log_tells_of_it() -> None:
    one = leak(pair("u@partner.example", days=2), pair("ann@sub.corp.example"))
    assert habit(one, OWN) is Habit.FORWARD
    told = whom(one, OWN)
    assert [who for who, _ in told][:2] == ["postmaster@corp.example", "ann@sub.corp.example"]


def test_where_no_domain_is_known_as_ours_every_writer_is_told() -> None:
    one = leak(pair("u@partner.example", days=2))
    assert habit(one, frozenset()) is Habit.OFTEN
    assert whom(one, frozenset())[0] == ("u@partner.example", "wrote there 2 times")


@pytest.mark.parametrize(
    "sender",
    ["crew-owner@corp.example", "crew-bounces+jo=x@corp.example", "owner-crew@corp.example"],
)
def test_a_list_is_no_address_book(sender: str) -> None:
    assert habit(leak(pair(sender, days=9, delivered=0)), OWN) is Habit.LIST
    assert habit(leak(pair("ann@corp.example", days=9)), OWN) is Habit.BOOK


def test_neither_a_provider_nor_we_ourselves_are_told_that_mail_of_theirs_was_delivered() -> None:
    writer = [("ann@corp.example", "wrote there once")]
    one = pair("ann@corp.example")
    assert whom(leak(one, meant="gmail.com"), OWN) == writer
    assert whom(leak(one, meant="corp.example", kind=Kind.OWN), OWN) == writer


def test_who_poses_on_several_days_does_it_again() -> None:
    assert habit(leak(pair("x@c0rp.example", days=2), kind=Kind.POSING), OWN) is Habit.POSING
    assert habit(leak(pair("x@c0rp.example"), kind=Kind.POSING), OWN) is Habit.ONCE
