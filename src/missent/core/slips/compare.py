"""Two texts beside each other: how many edits lie between them, and where they differ."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


def edits(typed: str, meant: str) -> int:
    """How many single edits lie between two texts at least, whatever they cost."""
    return _tools().edits(typed, meant)


def is_one_edit(typed: str, meant: str) -> bool:
    """Whether one edit alone makes the one of the other."""
    return edits(typed, meant) == 1


def different(typed: str, meant: str) -> tuple[str, str, int]:
    """What stands between the same beginning and the same end in either, and where it begins."""
    tools = _tools()
    start = tools.beginning(typed, meant)
    wrong, right = typed[start:], meant[start:]
    end = tools.end(wrong, right)
    return wrong[: len(wrong) - end], right[: len(right) - end], start


class _Tools(NamedTuple):
    """What is asked of two texts.

    Attributes:
        edits: how many single edits lie between them at least, whatever they cost.
        beginning: how many characters they share there.
        end: likewise.
    """

    edits: Callable[[str, str], int]
    beginning: Callable[[str, str], int]
    end: Callable[[str, str], int]


@cache
def _tools() -> _Tools:
    from rapidfuzz.distance import OSA, Postfix, Prefix  # noqa: PLC0415  slow to import

    return _Tools(OSA.distance, Prefix.similarity, Postfix.similarity)
