from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from missent.web.api.limits import Limits, network


def test_a_minute_holds_its_number_and_fills_evenly() -> None:
    limits = Limits(60)
    assert [limits.take("a", 0.0) for _ in range(61)] == [0.0] * 60 + [1.0]
    assert limits.wait("a", 0.5) == 0.5
    assert limits.take("a", 0.5) == 0.5
    assert limits.take("a", 1.0) == 0.0
    assert limits.take("a", 1.0) == 1.0
    assert limits.take("b", 1.0) == 0.0


def test_those_who_asked_longest_ago_are_forgotten() -> None:
    limits = Limits(1, most=3)
    for key in "abc":
        limits.take(key, 0.0)
    limits.take("a", 1.0)
    limits.take("d", 1.0)
    assert len(limits) == 3
    assert limits.wait("a", 1.0) > 0
    assert limits.wait("b", 1.0) == 0.0


@given(
    st.integers(1, 50),
    st.lists(st.tuples(st.floats(0, 5), st.sampled_from("abcd")), max_size=200),
)
def test_nobody_gets_more_than_the_size_and_what_filled_meanwhile(
    a_minute: int, asked: list[tuple[float, str]]
) -> None:
    limits, now = Limits(a_minute), 0.0
    taken: dict[str, int] = {}
    for pause, key in asked:
        now += pause
        wait = limits.take(key, now)
        assert 0 <= wait <= 60 / a_minute + 1e-6
        taken[key] = taken.get(key, 0) + (not wait)
        assert taken[key] <= a_minute + now * a_minute / 60 + 1e-6


def test_a_customer_of_ipv6_is_one_network() -> None:
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9")
    assert network("2001:db8:1:2::1") != network("2001:db8:1:3::1")
    assert network("::ffff:192.0.2.1") == network("192.0.2.1") == "192.0.2.1"
    assert network("unix") == "unix"
