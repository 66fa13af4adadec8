"""Numbers filed under 64-bit keys, in flat arrays: some 20 octets an entry, built without sorting.

A hash table with chained entries: as quick to look up as a dictionary within a factor of three,
in a sixth of the room. What a look-up costs is the memory it waits for, so a head also says which
keys its chain may have: of ten chains that a foreign key runs into, nine are not followed.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Chains:
    """An index that is built once and read often."""

    __slots__ = ("_heads", "_keys", "_mask", "_next", "_numbers", "_place", "_signs")

    def __init__(self, keys: array[int], numbers: array[int] | None = None) -> None:
        """File the entries.

        Args:
            keys: signed 64-bit keys, one an entry; the same key may come often.
            numbers: what is filed under them; without it, each entry's own position.
        """
        self._keys = keys
        self._numbers = numbers
        # Most slots stay empty: to see that is quicker than to follow a chain.
        size = 2 << max(len(keys) - 1, 1).bit_length()
        self._mask = mask = size - 1
        # A chain is followed by position + 1; 0 is its end. The bits of a head beyond that are the
        # signs of the keys in its chain.
        bits = min(len(keys).bit_length(), 31)
        self._place = place = (1 << bits) - 1
        self._signs = signs = [1 << bits + number % (32 - bits) for number in range(64)]
        self._heads = heads = array("I", bytes(4 * size))
        self._next = follow = array("I", bytes(4 * len(keys)))
        for position, key in enumerate(keys):
            slot = key & mask
            if head := heads[slot]:
                follow[position] = head & place
                heads[slot] = head & ~place | signs[key >> 58 & 63] | position + 1
            else:
                heads[slot] = signs[key >> 58 & 63] | position + 1

    def __len__(self) -> int:
        return len(self._keys)

    def shared(self, keys: Iterable[int]) -> dict[int, int]:
        """The numbers filed under some keys, each with how many of them it is filed under."""
        heads, mask, follow = self._heads, self._mask, self._next
        filed, numbers = self._keys, self._numbers
        signs, place = self._signs, self._place
        found: dict[int, int] = {}
        for key in keys:
            head = heads[key & mask]
            if not (head and head & signs[key >> 58 & 63]):
                continue
            position = head & place
            while position:
                position -= 1
                if filed[position] == key:
                    number = position if numbers is None else numbers[position]
                    found[number] = found.get(number, 0) + 1
                position = follow[position]
        return found

    def _begin(self, key: int) -> int:
        """Where the chain begins that may have a key; 0 where none has it."""
        head = self._heads[key & self._mask]
        return head & self._place if head & self._signs[key >> 58 & 63] else 0

    def get(self, key: int) -> Iterator[int]:
        """The numbers filed under a key, the last one first."""
        position = self._begin(key)
        keys, numbers, follow = self._keys, self._numbers, self._next
        while position:
            position -= 1
            if keys[position] == key:
                yield position if numbers is None else numbers[position]
            position = follow[position]

    def last(self, key: int) -> int:
        """The last number filed under a key, -1 where there is none."""
        position = self._begin(key)
        keys, follow = self._keys, self._next
        while position:
            position -= 1
            if keys[position] == key:
                return position if self._numbers is None else self._numbers[position]
            position = follow[position]
        return -1
