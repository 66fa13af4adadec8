"""Moments in the spellings of sources."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.audit.sources.dates import seconds


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1998-01-04T17:46:00Z", 883936000 - 40),
        ("1998-01-04T17:46:00+01:00", 883936000 - 40 - 3600),
        ("1998-01-04 17:46:00", 883936000 - 40),
        ("Sun, 4 Jan 1998 17:46:00 +0000", 883936000 - 40),
        ("Sun, 4 Jan 1998 12:46:00 -0500 (EST)", 883936000 - 40),
        (883935960, 883935960),
        (883935960.9, 883935960),
        ("1955-01-01T00:00:00Z", 1),
        ("2200-01-01T00:00:00Z", 2**32 - 1),
    ],
)
def test_a_moment_is_whole_seconds(value: object, expected: int) -> None:
    assert seconds(value) == expected


@pytest.mark.parametrize("value", [None, "", "soon", True, [], float("nan"), float("inf"), 1e300])
def test_what_is_no_moment_is_none(value: object) -> None:
    assert seconds(value) is None


@given(st.one_of(st.text(max_size=40), st.integers(), st.floats()))
def test_any_value_gives_a_moment_in_32_bits_or_none(value: object) -> None:
    found = seconds(value)
    assert found is None or 1 <= found < 2**32


@pytest.mark.parametrize(
    "value", [988711200, 988711200.5, 988711200_000, "988711200", "988711200.25", "988711200000"]
)
def test_numbers_are_seconds_or_milliseconds_also_as_text(value: object) -> None:
    assert seconds(value) == 988711200
