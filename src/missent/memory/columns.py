"""Tables in flat arrays: what a snapshot is made of."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from missent.core.facts import Use

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LARGEST = 0xFFFFFFFF
_TWO = 2


class Uses:
    """A table of `Use`, a column an attribute; bounces and the confirmation share a column."""

    __slots__ = ("first", "last", "received", "rest", "sent")

    def __init__(self) -> None:
        self.sent = array("I")
        self.first = array("I")
        self.last = array("I")
        self.received = array("I")
        self.rest = array("I")

    def extend(
        self,
        sent: Sequence[int],
        first: Sequence[int],
        last: Sequence[int],
        received: Sequence[int],
        rest: Sequence[int],
    ) -> None:
        """Add rows, given column by column."""
        extend(self.sent, sent)
        extend(self.first, first)
        extend(self.last, last)
        extend(self.received, received)
        extend(self.rest, rest)

    def use(self, row: int) -> Use:
        """One row."""
        rest = self.rest[row]
        return Use(
            self.sent[row],
            self.first[row],
            self.last[row],
            self.received[row],
            rest >> 1,
            bool(rest & 1),
        )

    def total(self, start: int, end: int, received: int) -> Use:
        """All rows from `start` up to `end` together; what was received is given."""
        if end - start == 1:
            rest = self.rest[start]
            return Use(
                self.sent[start], self.first[start], self.last[start], received, rest >> 1,
                bool(rest & 1),
            )  # fmt: skip
        if end - start == _TWO:  # one sender's row, and the one that holds what came back
            return self._both(start, received)
        bounced, confirmed = 0, False
        rests = self.rest[start:end]
        if any(rests):
            bounced = sum([rest >> 1 for rest in rests])
            confirmed = any(rest & 1 for rest in rests)
        firsts = self.first[start:end]
        first = min(firsts) or min(filter(None, firsts), default=0)
        sent, last = sum(self.sent[start:end]), max(self.last[start:end])
        return Use(sent, first, last, received, bounced, confirmed)

    def is_confirmed(self, start: int, end: int) -> bool:
        """Whether any row from `start` up to `end` is confirmed."""
        return any(rest & 1 for rest in self.rest[start:end])

    def _both(self, row: int, received: int) -> Use:
        """Two rows together, without the slices that many are worth."""
        other = row + 1
        first, later = self.first[row], self.first[other]
        last, rest, more = self.last[row], self.rest[row], self.rest[other]
        return Use(
            self.sent[row] + self.sent[other],
            min(first, later) if first and later else first or later,
            max(last, self.last[other]),
            received,
            (rest >> 1) + (more >> 1),
            bool((rest | more) & 1),
        )


def extend(column: array[int], values: Sequence[int]) -> None:
    """Add values to a column of 32 bits; larger ones are cut off at 2**32 - 1."""
    size = len(column)
    try:
        column.extend(values)
    except OverflowError:
        del column[size:]
        column.extend([min(max(value, 0), LARGEST) for value in values])


class Texts:
    """Many short texts in one piece of memory."""

    __slots__ = ("_ends", "_octets")

    def __init__(self) -> None:
        self._octets = bytearray()
        self._ends = array("I", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> str:
        ends = self._ends
        return self._octets[ends[number] : ends[number + 1]].decode()

    def holding(self, part: str, start: int, end: int) -> Iterator[int]:
        """The numbers from `start` up to `end` whose text has that part, in order.

        The texts are searched where they lie, as one: that takes a fraction of reading each.
        """
        octets, ends, sought = self._octets, self._ends, part.encode()
        stop, last = ends[start], ends[end]
        while stop < last and (at := octets.find(sought, stop, last)) >= 0:
            number = bisect_right(ends, at, start, end) - 1
            stop = ends[number + 1]
            if at + len(sought) <= stop:  # and does not begin in one text to end in the next
                yield number

    def extend(self, texts: Sequence[str]) -> None:
        """Add texts."""
        encoded = [text.encode() for text in texts]
        ends = accumulate(map(len, encoded), initial=len(self._octets))
        next(ends)
        self._ends.extend(ends)
        self._octets += b"".join(encoded)
