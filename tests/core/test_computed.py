from __future__ import annotations

from missent.core.computed import computed


class Pair:
    def __init__(self, one: int, other: int) -> None:
        self.one, self.other = one, other
        self.asked = 0

    @computed
    def sum(self) -> int:
        """Both together."""
        self.asked += 1
        return self.one + self.other


def test_it_is_computed_once_for_each_instance() -> None:
    pair, another = Pair(1, 2), Pair(3, 4)
    assert [pair.sum, pair.sum, another.sum] == [3, 3, 7]
    assert [pair.asked, another.asked] == [1, 1]
