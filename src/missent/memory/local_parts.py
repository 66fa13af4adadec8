"""Local parts near a typed one at a domain.

The index of a domain is made when it is first asked for: of a million contacts' domains most have
a handful of addresses and are never asked for. `warm` makes those of the large domains.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from typing import TYPE_CHECKING

from missent.core.neighbours import GrowingIndex, gather, local_keys, local_queries
from missent.memory.chains import Chains

if TYPE_CHECKING:
    from missent.core.neighbours import Index
    from missent.memory.columns import Texts

LARGE = 1_000  # addresses; an index of so many takes some 10 ms to make
_CACHED = 50_000  # addresses of smaller domains whose index is kept


class LocalParts:
    """Finds the local parts near a typed one, domain by domain."""

    __slots__ = ("_cache", "_cached", "_large", "_locals")

    def __init__(self, locals_: Texts) -> None:
        """Index nothing yet.

        Args:
            locals_: every local part, those of a domain together.
        """
        self._locals = locals_
        self._large: dict[str, Chains] = {}
        self._cache: OrderedDict[str, tuple[GrowingIndex, int]] = OrderedDict()
        self._cached = 0

    def near(self, domain: str, local: str, start: int, end: int) -> list[str]:
        """Local parts between two numbers, all those of one domain, that may have been meant."""
        index: Index
        if end - start > LARGE:
            index = self._large.get(domain) or self.warm(domain, start, end)
        else:
            cached = self._cache.get(domain)
            index = cached[0] if cached else self._make(domain, start, end)
        locals_ = self._locals
        return [locals_[number] for number in gather(index, local_queries(domain, local))]

    def warm(self, domain: str, start: int, end: int) -> Chains:
        """Index a large domain."""
        keys, numbers = array("q"), array("I")
        for number in range(start, end):
            filed = local_keys(domain, self._locals[number])
            keys.extend(filed)
            numbers.extend([number] * len(filed))
        index = self._large[domain] = Chains(keys, numbers)
        return index

    def _make(self, domain: str, start: int, end: int) -> GrowingIndex:
        index = GrowingIndex()
        for number in range(start, end):
            index.file(number, local_keys(domain, self._locals[number]))
        self._cache[domain] = index, end - start
        self._cached += end - start
        while self._cached > _CACHED:
            _, (_, size) = self._cache.popitem(last=False)
            self._cached -= size
        return index
