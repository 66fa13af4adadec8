"""Who wrote to whom in the log, as the checks ask for it, with the domain in question taken away.

All domains are here with their counts. Addresses and pairs are here only as far as they bear on a
domain that deserves a look, so that a decade of mail fits into memory.

Where names crowd, two rules bound the search for what was meant. Names that differ by their digits
alone (`branch1.example`, `branch2.example`), sixteen or more of them, are a series and no slips of
each other. A key under which very many names are filed tells none of them and is left out.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from itertools import compress
from typing import TYPE_CHECKING, Final

from missent.core.acquaintance import piece_by_piece, used_one_by_one
from missent.core.facts import Use
from missent.core.familiar import by_two_questions
from missent.core.neighbours import domain_keys, filing_keys, most_shared
from missent.core.shapes import shape
from missent.memory.chains import Chains

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_SERIES: Final = 16  # names that differ by their digits alone, from which on they are a series
_CROWD: Final = 256  # names under one key, from which on it tells none of them
_DIGITS: Final = re.compile(r"\d+")


class Past:
    """What the log knows; `without` gives the `Correspondence` for one domain in question."""

    def __init__(self) -> None:
        self.domains: dict[str, Use] = {}
        self.recipients: dict[str, int] = {}
        self.addresses: dict[str, Use] = {}
        self.pairs: dict[tuple[str, str], Use] = {}
        self.sender_domains: dict[tuple[str, str], Use] = {}
        self.shapes: dict[str, Counter[str]] = defaultdict(Counter)
        self.with_local: dict[str, list[str]] = defaultdict(list)
        self._names: list[str] = []
        self._index: Chains | None = None
        self._series: dict[str, int] = {}

    def add_domain(self, name: str, use: Use, recipients: int) -> None:
        """Add what the log knows of a domain; the same name may come in several spellings."""
        there = self.domains.get(name)
        self.domains[name] = use if there is None else _sum(there, use)
        self.recipients[name] = self.recipients.get(name, 0) + recipients

    def add_address(self, address: str, use: Use) -> None:
        """Add an address that bears on a domain in question."""
        if address not in self.addresses:
            local, _, domain = address.rpartition("@")
            self.with_local[local].append(domain)
        self.addresses[address] = use

    def add_shape(self, domain: str, local: str) -> None:
        """Add how a local part at a domain that may have been meant is built."""
        self.shapes[domain][shape(local)] += 1

    @property
    def numbered(self) -> int:
        """How many names belong to a series; they are not compared within it."""
        self._built()
        return sum(self._series.values())

    def near(self, name: str, keep: Callable[[str], bool] = lambda _other: True) -> list[str]:
        """Domains of the log that may have been meant where `name` was typed, not itself.

        Args:
            name: as `Domain.name`.
            keep: whether another one is of use.
        """
        index, names = self._built(), self._names
        own = _without_digits(name)
        series = own in self._series
        shared = {
            number: count
            for number, count in index.shared(domain_keys(name)).items()
            if (other := names[number]) != name
            and not (series and _without_digits(other) == own)
            and keep(other)
        }
        return [names[number] for number in most_shared(shared)]

    def without(self, domain: str, keep: Callable[[str], bool] = lambda _other: True) -> Without:
        """What the log knows besides one domain; `keep` as in `near`."""
        return Without(self, domain, keep)

    def _built(self) -> Chains:
        if self._index is None:
            self._index = self._build()
            alike = Counter(map(_without_digits, self.domains))
            self._series = {form: n for form, n in alike.items() if n >= _SERIES and "#" in form}
        return self._index

    def _build(self) -> Chains:
        keys, numbers = array("q"), array("I")
        for name, use in self.domains.items():
            if use.sent > use.bounced or use.received:  # what only bounced is not what was meant
                filed = filing_keys(name)
                keys.extend(filed)
                numbers.extend([len(self._names)] * len(filed))
                self._names.append(name)
        return Chains(*_without_crowds(keys, numbers))


class Without:
    """A `Correspondence` in which nobody has written to the domain in question.

    Whether it wrote here, and what came back from it, stays: neither comes of a habit.
    """

    def __init__(self, past: Past, hidden: str, keep: Callable[[str], bool]) -> None:
        self._past = past
        self._hidden = hidden
        self._keep = keep
        self._near: dict[str, list[str]] = {}

    def pair(self, sender: str, address: str) -> Use | None:
        """How `sender` has used `address`."""
        return None if self._hides(address) else self._past.pairs.get((sender, address))

    def address(self, address: str) -> Use | None:
        """How the whole organisation has used `address`."""
        use = self._past.addresses.get(address)
        if use is None or not self._hides(address):
            return use
        return _hindsight(use)

    def sender_domain(self, sender: str, domain: str) -> Use | None:
        """How `sender` has used `domain`."""
        return None if domain == self._hidden else self._past.sender_domains.get((sender, domain))

    def domain(self, domain: str) -> Use | None:
        """How the whole organisation has used `domain`."""
        use = self._past.domains.get(domain)
        if use is None or domain != self._hidden:
            return use
        return _hindsight(use)

    def domains_known(self) -> int:
        """How many domains are known."""
        return len(self._past.domains)

    def locals_at(self, domain: str) -> int:
        """How many distinct addresses are known at `domain`."""
        if domain == self._hidden:
            return int(self.domain(domain) is not None)
        return self._past.recipients.get(domain, 0)

    def locals_like(self, domain: str, local: str) -> tuple[int, int]:
        """Of how many known local parts at `domain`, how many are built like `local`."""
        shapes = None if domain == self._hidden else self._past.shapes.get(domain)
        return (shapes[shape(local)], shapes.total()) if shapes else (0, 0)

    def domains_near(self, domain: str) -> Iterable[str]:
        """Domains that may have been meant where `domain` was typed."""
        if domain not in self._near:
            near = self._past.near(domain, self._keep)
            self._near[domain] = [n for n in near if n != self._hidden]
        return self._near[domain]

    def domains_with(self, local: str) -> Iterable[str]:
        """Domains at which this very local part was written to."""
        there = self._past.with_local.get(local, ())
        return [name for name in there if name != self._hidden]

    def locals_near(self, domain: str, local: str) -> Iterable[str]:  # noqa: ARG002
        """Not looked for: it would take every address of every domain."""
        return ()

    acquaintance = piece_by_piece
    used_among = used_one_by_one
    is_familiar = by_two_questions

    def meant(self, sender: str, address: str) -> str | None:  # noqa: ARG002
        """A log tells no corrections."""
        return None

    def _hides(self, address: str) -> bool:
        return address.rpartition("@")[2] == self._hidden


def _without_crowds(keys: array[int], numbers: array[int]) -> tuple[array[int], array[int]]:
    # Counted by their last bits: two keys that share them are rare, and a table is small.
    mask = (1 << max(len(keys), 1).bit_length()) - 1
    filed = array("I", bytes(4 * (mask + 1)))
    for slot in map(mask.__and__, keys):
        filed[slot] += 1
    if max(filed) <= _CROWD:
        return keys, numbers
    kept = [filed[key & mask] <= _CROWD for key in keys]
    return array("q", compress(keys, kept)), array("I", compress(numbers, kept))


def _without_digits(name: str) -> str:
    return _DIGITS.sub("#", name)


def _hindsight(use: Use) -> Use | None:
    """What is left of a use: that it wrote here, and that mail came back, as if once."""
    if not use.received and not use.bounced:
        return None
    tried = min(use.bounced, 1)
    return Use(tried, use.first, use.last, use.received, tried)


def _sum(one: Use, other: Use) -> Use:
    sent = [use.first for use in (one, other) if use.sent]
    return Use(
        one.sent + other.sent,
        min(sent, default=0),
        max(one.last, other.last),
        one.received + other.received,
        one.bounced + other.bounced,
    )
