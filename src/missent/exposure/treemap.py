"""Rectangles whose areas are in proportion to numbers, as square as can be.

The squarified treemap of Bruls, Huizing and van Wijk (2000): rows are laid along the shorter side
of what is left, each as long as its worst rectangle becomes squarer by that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Box(NamedTuple):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    def within(self, gap: float) -> Box:
        """The same with a gap at each side, as far as there is room."""
        x, y = min(gap, self.width / 2), min(gap, self.height / 2)
        return Box(self.x + x, self.y + y, self.width - 2 * x, self.height - 2 * y)


def boxes(sizes: Sequence[float], box: Box) -> Iterator[Box]:
    """A rectangle for each number, in their order; they fill the box.

    Args:
        sizes: are positive and fall.
        box: is to be filled.
    """
    scale = box.width * box.height / sum(sizes) if sizes else 0.0
    areas = [size * scale for size in sizes]
    start = 0
    while start < len(areas):
        side = min(box.width, box.height)
        end = start + 1
        while end < len(areas) and _worst(areas[start : end + 1], side) <= _worst(
            areas[start:end], side
        ):
            end += 1
        depth = min(sum(areas[start:end]) / side, max(box.width, box.height)) if side else 0.0
        along = 0.0
        for area in areas[start:end]:
            length = area / depth if depth else 0.0
            if box.width >= box.height:
                yield Box(box.x, box.y + along, depth, length)
            else:
                yield Box(box.x + along, box.y, length, depth)
            along += length
        if box.width >= box.height:
            box = Box(box.x + depth, box.y, max(box.width - depth, 0.0), box.height)
        else:
            box = Box(box.x, box.y + depth, box.width, max(box.height - depth, 0.0))
        start = end


def _worst(areas: Sequence[float], side: float) -> float:
    """How far from a square the worst rectangle of a row is."""
    total = sum(areas)
    if not side or not total:
        return 1.0
    return max(side * side * areas[0] / (total * total), total * total / (side * side * areas[-1]))
