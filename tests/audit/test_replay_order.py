"""Bringing past mail into the order of time."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.audit.replay_order import OrderError, in_order
from missent.audit.sources.interface import Event
from missent.core.message import Message


def events(*moments: int) -> list[Event]:
    return [Event(at, f"{at}/{n}", Message(None, ())) for n, at in enumerate(moments)]


def moments(sources: list[list[int]], window: int) -> list[int]:
    named = [(str(n), events(*source)) for n, source in enumerate(sources)]
    return [event.at for event in in_order(named, window)]


@given(st.lists(st.lists(st.integers(0, 99)), min_size=1, max_size=4))
def test_sources_that_fit_the_window_may_stand_in_any_order(sources: list[list[int]]) -> None:
    assert moments(sources, 1000) == sorted(at for source in sources for at in source)


@given(st.lists(st.lists(st.integers(0, 99)).map(sorted), min_size=1, max_size=4))
def test_sources_in_order_need_no_window(sources: list[list[int]]) -> None:
    assert moments(sources, 1) == sorted(at for source in sources for at in source)


def test_messages_of_one_second_come_in_the_order_of_their_keys() -> None:
    given_events = events(5, 5, 4, 5)[::-1]
    assert [e.key for e in in_order([("a", given_events)], 10)] == ["4/2", "5/0", "5/1", "5/3"]


def test_a_source_too_far_out_of_order_is_an_error_that_names_the_mend() -> None:
    day = 86_400
    with pytest.raises(OrderError, match=r"mail.jsonl: message 3 is 9 days older .* --window"):
        list(in_order([("mail.jsonl", events(10 * day, 11 * day, day))], 1))


@given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 4), st.randoms())
def test_it_makes_no_difference_how_the_mail_is_sorted_and_parted(
    given_moments: list[int], parts: int, chance: Random
) -> None:
    whole = events(*given_moments)
    shuffled = chance.sample(whole, len(whole))
    sources = [(str(n), shuffled[n::parts]) for n in range(parts)]
    assert list(in_order(sources, 100)) == list(in_order([("whole", whole)], 100))
