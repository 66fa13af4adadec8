"""Local parts near a typed one at a domain.

Of a million contacts' domains most have a handful of addresses, which are compared one by one. The
index of a larger domain is made when it is first asked for, that of the largest ones beforehand.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from typing import TYPE_CHECKING

from missent.core.neighbours import (
    gather,
    larger_forms,
    local_keys,
    local_queries,
    sharing_a_key,
)
from missent.core.slips import is_one_edit
from missent.memory.chains import Chains

if TYPE_CHECKING:
    from collections.abc import Callable

    from missent.memory.columns import Texts

LARGE = 1_000  # addresses; up to so many, an index takes some 10 ms to make
_HANDFUL = 8  # up to so many are compared one by one
_KEPT = 200_000  # addresses of smaller domains whose index is kept: some 50 MB


class LocalParts:
    """Finds the local parts near a typed one, domain by domain."""

    __slots__ = ("_kept", "_large", "_locals", "_small")

    def __init__(self, locals_: Texts) -> None:
        """Index nothing yet.

        Args:
            locals_: every local part, those of a domain together.
        """
        self._locals = locals_
        self._large: dict[str, Chains] = {}
        self._small: OrderedDict[str, tuple[Chains, int]] = OrderedDict()
        self._kept = 0

    def near(self, domain: str, local: str, start: int, end: int) -> list[str]:
        """Local parts between two numbers, all those of one domain, that may have been meant."""
        locals_ = self._locals
        if end - start <= _HANDFUL:
            return sharing_a_key(local, map(locals_.__getitem__, range(start, end)))
        if end - start > LARGE:
            index = self._large.get(domain) or self.warm(domain, start, end)
            near = gather(index, _without_each_letter(domain, local))
        else:
            kept = self._small.get(domain)
            index = kept[0] if kept else self._keep(domain, start, end)
            near = gather(index, local_queries(domain, local))
        return [locals_[number] for number in near]

    def one_edit_away(self, domain: str, local: str, start: int, end: int) -> list[str]:
        """Those between two numbers, all of one domain, that one edit makes of this local part.

        A single edit leaves the first or the second half whole, or swaps the two letters between
        them: of a few hundred local parts those that have either are found without an index.
        """
        if end - start > LARGE:
            near = self.near(domain, local, start, end)
        else:
            half = len(local) // 2
            swapped = local[: half - 1] + local[half : half + 1] + local[half - 1 : half]
            parts = {local[:half], local[half:], swapped + local[half + 1 :]}
            holding = self._locals.holding
            found = {number for part in parts for number in holding(part, start, end)}
            near = [self._locals[number] for number in sorted(found)]
        return [other for other in near if is_one_edit(local, other)]

    def warm(self, domain: str, start: int, end: int) -> Chains:
        """Index a large domain."""
        index = self._large[domain] = self._index(domain, start, end, _without_each_letter)
        return index

    def _keep(self, domain: str, start: int, end: int) -> Chains:
        index = self._index(domain, start, end, local_keys)
        self._small[domain] = index, end - start
        self._kept += end - start
        while self._kept > _KEPT:
            _, (_, size) = self._small.popitem(last=False)
            self._kept -= size
        return index

    def _index(
        self, domain: str, start: int, end: int, keys_of: Callable[[str, str], set[int]]
    ) -> Chains:
        keys, numbers = array("q"), array("I")
        for number in range(start, end):
            filed = keys_of(domain, self._locals[number])
            keys.extend(filed)
            numbers.extend([number] * len(filed))
        return Chains(keys, numbers)


def _without_each_letter(domain: str, local: str) -> set[int]:
    """Keys for a large domain, where thousands share half of their name.

    The name and the name without each of its letters, as domains are filed; and the larger forms.
    """
    keys = {hash(local[:place] + local[place + 1 :]) for place in range(len(local))}
    keys.add(hash(local))
    keys.update(larger_forms(domain, local))
    return keys
