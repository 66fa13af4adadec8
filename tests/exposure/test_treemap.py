from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from missent.exposure.treemap import Box, boxes

SIZES = st.lists(st.floats(0.0001, 1000), min_size=1, max_size=80).map(
    lambda sizes: sorted(sizes, reverse=True)
)


@given(SIZES, st.floats(1, 1000), st.floats(1, 1000))
def test_areas_are_in_proportion_and_fill_the_box(
    sizes: list[float], width: float, height: float
) -> None:
    whole = Box(3, 4, width, height)
    made = list(boxes(sizes, whole))
    assert len(made) == len(sizes)
    for size, box in zip(sizes, made, strict=True):
        share = box.width * box.height / (width * height)
        assert math.isclose(share, size / sum(sizes), rel_tol=1e-3, abs_tol=1e-9)
        assert box.x >= 3 - 1e-6
        assert box.y >= 4 - 1e-6
        assert box.x + box.width <= 3 + width * 1.0001
        assert box.y + box.height <= 4 + height * 1.0001


def test_equal_sizes_become_squares() -> None:
    assert list(boxes([1, 1, 1, 1], Box(0, 0, 2, 2))) == [
        Box(0, 0, 1, 1),
        Box(0, 1, 1, 1),
        Box(1, 0, 1, 1),
        Box(1, 1, 1, 1),
    ]


def test_nothing_takes_no_room() -> None:
    assert list(boxes([], Box(0, 0, 1, 1))) == []
