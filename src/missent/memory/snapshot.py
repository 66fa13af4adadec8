"""Who writes to whom, as read from a store: immutable, and compact enough for millions.

A pair is a row; rows are ordered by domain, local part and sender, so the rows of an address lie
together and the addresses of a domain do. An address is found by its hash and then compared, a
pair by bisection among the senders of its address. What an address or a domain adds up to is
computed from its rows where they are few, and beforehand where they are many.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING

from missent.core.acquaintance import NONE, Acquaintance, used_one_by_one
from missent.core.facts import Use
from missent.core.neighbours import domain_keys, gather
from missent.core.shapes import shape
from missent.core.slips import is_one_edit
from missent.memory.local_parts import LARGE

if TYPE_CHECKING:
    from array import array
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from missent.memory.chains import Chains
    from missent.memory.columns import Texts, Uses
    from missent.memory.local_parts import LocalParts

FEW = 12
"""Up to so many rows are added up when they are asked for: it takes a few microseconds."""
_LOOKED_AT = 64  # local parts of a domain tell how the others are built


_NEVER = Use()
_HANDFUL = 4  # addresses of a domain; up to so many are looked through, not looked up


class Snapshot:
    """A `Correspondence` that never changes. Made by `SnapshotBuilder`, which fills it."""

    __slots__ = (
        "address_index",
        "address_totals",
        "domain_index",
        "domain_names",
        "domain_numbers",
        "domain_of",
        "domain_shares",
        "domain_totals",
        "first_address",
        "first_row",
        "local_index",
        "local_parts",
        "locals",
        "meanings",
        "nobody",
        "sender_numbers",
        "senders",
        "shapes",
        "share_senders",
        "share_uses",
        "uses",
    )

    uses: Uses
    """By row."""
    senders: array[int]
    """By row: the number of its sender; numbers are in the order of the names."""
    sender_numbers: Mapping[str, int]
    nobody: int
    """The number of the sender "", whose rows hold what is known without a sender."""
    first_row: array[int]
    """By address: its first row; one more entry ends the last address."""
    locals: Texts
    """By address: its local part."""
    address_index: Chains
    """Addresses by the hash of local part and domain number."""
    local_index: Chains
    """Addresses by the hash of their local part alone."""
    address_totals: Mapping[int, Use]
    """By address, of those that have many rows."""
    first_address: array[int]
    """By domain: its first address; one more entry ends the last domain."""
    domain_of: array[int]
    """By address: its domain."""
    domain_names: Sequence[str]
    domain_numbers: Mapping[str, int]
    domain_index: Chains
    """Domains by the keys of core/neighbours.py."""
    domain_totals: Mapping[int, Use]
    """By domain, of those that have many rows."""
    domain_shares: Mapping[int, tuple[int, int]]
    """Likewise: where its shares begin and end. A share is what one sender did with a domain."""
    share_senders: array[int]
    """By share: the number of its sender, in order within a domain."""
    share_uses: Uses
    local_parts: LocalParts
    meanings: Mapping[tuple[str, str], str]
    shapes: dict[int, Counter[str]]
    """By domain: how its local parts are built, counted when it is first asked for."""

    def __len__(self) -> int:
        return len(self.senders)

    def _find(self, address: str) -> int:
        """The number of an address, -1 where it is not known."""
        local, _, domain = address.rpartition("@")
        number = self.domain_numbers.get(domain)
        return -1 if number is None else self._find_at(number, local)

    def _find_at(self, number: int, local: str) -> int:
        """The number of the address of a local part at a domain, -1 where it is not known."""
        start, end = self.first_address[number], self.first_address[number + 1]
        if end - start <= _HANDFUL:
            for found in range(start, end):
                if self.locals[found] == local:
                    return found
            return -1
        key = hash((local, number))
        found = self.address_index.last(key)
        # Of one local part no two domains share a key; of two local parts hardly ever.
        if found >= 0 and self.locals[found] != local:
            same = (n for n in self.address_index.get(key) if self.locals[n] == local)
            found = next(same, -1)
        return found

    def pair(self, sender: str, address: str) -> Use | None:
        """How `sender` has used `address`."""
        return self.row(sender, address) if sender else None

    def row(self, sender: str, address: str) -> Use | None:
        """What the store keeps of a pair; the sender "" has rows as well."""
        who = self.sender_numbers.get(sender)
        if who is None:
            return None
        found = self._find(address)
        return None if found < 0 else self._row(who, found)

    def _row(self, who: int, found: int) -> Use | None:
        """What a sender did with an address, both by their numbers."""
        end = self.first_row[found + 1]
        row = bisect_left(self.senders, who, self.first_row[found], end)
        if row == end or self.senders[row] != who:
            return None
        return self.uses.use(row)

    def address(self, address: str) -> Use | None:
        """How the whole organisation has used `address`."""
        found = self._find(address)
        return None if found < 0 else self._address(found)

    def _address(self, found: int) -> Use:
        """How an address has been used, by its number."""
        start, end = self.first_row[found], self.first_row[found + 1]
        if end - start > FEW:
            return self.address_totals[found]
        # The row of nobody is an address's first.
        received = self.uses.received[start] if self.senders[start] == self.nobody else 0
        return self.uses.total(start, end, received)

    def sender_domain(self, sender: str, domain: str) -> Use | None:
        """How `sender` has used `domain`, all its addresses together."""
        number = self.domain_numbers.get(domain)
        if number is None:
            return None
        return self._sender_domain(self.sender_numbers.get(sender, self.nobody), number)

    def _sender_domain(self, who: int, number: int) -> Use | None:
        """How a sender has used a domain, both by their numbers."""
        start, end = self._rows(number)
        if end - start <= FEW:
            return self._by(who, start, end)
        if who == self.nobody:
            return None
        start, end = self.domain_shares[number]
        share = bisect_left(self.share_senders, who, start, end)
        if share == end or self.share_senders[share] != who:
            return None
        return self.share_uses.use(share)

    def _by(self, who: int, start: int, end: int) -> Use | None:
        """What a sender did in some rows."""
        there = self.senders[start:end]
        if who == self.nobody or who not in there:
            return None
        sent = first = last = received = 0
        uses = self.uses
        for row, sender_there in enumerate(there, start):
            if sender_there == who:
                received += uses.received[row]
                if uses.sent[row]:
                    sent += uses.sent[row]
                    first = min(first or uses.first[row], uses.first[row])
                    last = max(last, uses.last[row])
        return Use(sent, first, last, received) if sent or received else None

    def domain(self, domain: str) -> Use | None:
        """How the whole organisation has used `domain`, all its addresses together."""
        number = self.domain_numbers.get(domain)
        return None if number is None else self.domain_use(number)

    def domain_use(self, number: int) -> Use | None:
        """How a domain has been used; a bounce there is no use of the domain."""
        start, end = self._rows(number)
        if end - start > FEW:
            use = self.domain_totals[number]
            return use if use.sent or use.received else None
        nobody, there, came = self.nobody, self.senders[start:end], 0
        if nobody in there:
            received = self.uses.received
            for row, sender in enumerate(there, start):
                if sender == nobody:
                    came += received[row]
        sent, first, last, _, _, _ = self.uses.total(start, end, came)
        return Use(sent, first, last, came) if sent or came else None

    def _rows(self, number: int) -> tuple[int, int]:
        """The first row of a domain, and the one after its last."""
        first = self.first_address
        return self.first_row[first[number]], self.first_row[first[number + 1]]

    def used_among(self, domains: AbstractSet[str]) -> Collection[str]:
        """Those of some domains that have been used."""
        there = self.domain_numbers.keys()
        if there.isdisjoint(domains):  # as nearly always
            return ()
        return used_one_by_one(self, there & domains)

    def domains_known(self) -> int:
        """How many domains are known."""
        return len(self.domain_names)

    def locals_at(self, domain: str) -> int:
        """How many distinct addresses are known at `domain`."""
        number = self.domain_numbers.get(domain)
        if number is None:
            return 0
        return self.first_address[number + 1] - self.first_address[number]

    def locals_like(self, domain: str, local: str) -> tuple[int, int]:
        """Of how many known local parts at `domain`, how many are built like `local`."""
        number = self.domain_numbers.get(domain)
        return (0, 0) if number is None else self._locals_like(number, local)

    def _locals_like(self, number: int, local: str) -> tuple[int, int]:
        """The same, by the number of the domain."""
        shapes = self.shapes.get(number)
        if shapes is None:
            start, end = self.first_address[number], self.first_address[number + 1]
            every = range(start, end, (end - start) // _LOOKED_AT + 1)
            shapes = self.shapes[number] = Counter([shape(self.locals[n]) for n in every])
        return shapes[shape(local)], shapes.total()

    def large(self) -> Iterator[tuple[str, int, int]]:
        """The domains with many addresses: name, number of the first and after the last."""
        for number, name in enumerate(self.domain_names):
            start, end = self.first_address[number], self.first_address[number + 1]
            if end - start > LARGE:
                yield name, start, end

    def domains_near(self, domain: str) -> Iterable[str]:
        """Known domains that may have been meant where `domain` was typed."""
        names = self.domain_names
        return [names[number] for number in gather(self.domain_index, domain_keys(domain))]

    def domains_with(self, local: str) -> Iterator[str]:
        """Known domains at which this very local part is known."""
        for found in self.local_index.get(hash(local)):
            if self.locals[found] == local:
                yield self.domain_names[self.domain_of[found]]

    def locals_near(self, domain: str, local: str) -> Iterable[str]:
        """Known local parts at `domain` that may have been meant where `local` was typed."""
        number = self.domain_numbers.get(domain)
        if number is None:
            return ()
        start, end = self.first_address[number], self.first_address[number + 1]
        return self.local_parts.near(domain, local, start, end)

    def acquaintance(self, sender: str, local: str, domain: str) -> Acquaintance:
        """What is known of `domain`, of `local` there and of what `sender` did there, at once."""
        number = self.domain_numbers.get(domain)
        if number is None:
            return NONE
        start, end = self.first_address[number], self.first_address[number + 1]
        who = self.sender_numbers.get(sender, self.nobody)
        there: Sequence[str] = ()
        if end - start <= _HANDFUL:
            there = [self.locals[found] for found in range(start, end)]
            found = start + there.index(local) if local in there else -1
            like = shape(local)
            alike, looked_at = sum([shape(other) == like for other in there]), end - start
        else:
            found = self._find_at(number, local)
            alike, looked_at = self._locals_like(number, local)
        address = pair = _NEVER
        if found >= 0:
            address = self._address(found)
            pair = (self._row(who, found) or _NEVER) if who != self.nobody else _NEVER
        near: Sequence[str] = ()
        if not address.sent and not address.received:
            if there:
                near = [other for other in there if is_one_edit(local, other)]
            else:
                near = self.local_parts.one_edit_away(domain, local, start, end)
        return Acquaintance(
            self.domain_use(number) or _NEVER,
            self._sender_domain(who, number) or _NEVER,
            address,
            pair,
            end - start,
            alike,
            looked_at,
            near,
        )

    def is_familiar(self, sender: str, address: str) -> bool:
        """Whether `address` wrote here or to `sender`, or either is confirmed."""
        found = self._find(address)
        if found < 0:
            return False
        start, end = self.first_row[found], self.first_row[found + 1]
        # Who wrote to anybody here has a row of nobody, an address's first: nothing is added up.
        if self.senders[start] == self.nobody and self.uses.received[start]:
            return True
        return self.uses.is_confirmed(start, end) or self._wrote_to(sender, found)

    def _wrote_to(self, sender: str, found: int) -> bool:
        who = self.sender_numbers.get(sender, self.nobody)
        use = self._row(who, found) if who != self.nobody else None
        return use is not None and use.received > 0

    def meant(self, sender: str, address: str) -> str | None:
        """The address that `sender` (or, failing that, a colleague) meant the last time."""
        return self.meanings.get((sender, address)) or self.meanings.get(("", address))
