from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.sinkhole.evidence.sketch import STANDARD_ERROR, Sketch, merge

DIGESTS = st.sets(st.integers(0, 2**64 - 1), max_size=300)


@pytest.mark.parametrize("count", [0, 1, 10, 1000, 10_000, 200_000])
def test_the_count_is_within_its_error(count: int) -> None:
    digests = random.Random(count)  # noqa: S311  the same each time
    found = Sketch(digests.getrandbits(64) for _ in range(count)).count()
    assert abs(found - count) <= 3 * STANDARD_ERROR * count


@given(DIGESTS, DIGESTS)
def test_merging_is_as_if_all_had_been_added_to_one(one: set[int], other: set[int]) -> None:
    merged = Sketch(one)
    merged.merge(Sketch(other))
    assert merged.dump() == Sketch(one | other).dump() == merge(other, Sketch(one).dump())
    assert Sketch.load(merged.dump()).count() == merged.count()


@given(st.binary(max_size=60))
def test_anything_else_is_no_sketch(stored: bytes) -> None:
    with pytest.raises(ValueError, match="no sketch"):
        Sketch.load(stored)


def test_a_few_senders_take_a_few_octets() -> None:
    assert len(Sketch(number << 59 for number in range(5)).dump()) < 64
