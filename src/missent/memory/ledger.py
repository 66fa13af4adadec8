"""Who wrote to whom, kept in dictionaries: the overlay of a running gate and all of a replay."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from missent.core.acquaintance import piece_by_piece
from missent.core.facts import Use
from missent.core.familiar import by_two_questions
from missent.core.neighbours import (
    GrowingIndex,
    domain_keys,
    filing_keys,
    gather,
    local_keys,
    local_queries,
)
from missent.core.shapes import shape

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Set as AbstractSet


class _Count:
    """A `Use` under construction."""

    __slots__ = ("bounced", "confirmed", "first", "last", "received", "sent")

    def __init__(self) -> None:
        self.sent = self.first = self.last = self.received = self.bounced = 0
        self.confirmed = False

    def send(self, at: int) -> None:
        if not self.sent or at < self.first:
            self.first = at
        self.last = max(self.last, at)
        self.sent += 1

    def merge(self, use: Use) -> None:
        if use.sent > 0 and use.first:
            self.first = min(self.first or use.first, use.first)
            self.last = max(self.last, use.last)
        self.sent += use.sent
        self.received += use.received
        self.bounced += use.bounced
        self.confirmed = self.confirmed or use.confirmed

    def use(self) -> Use:
        return Use(self.sent, self.first, self.last, self.received, self.bounced, self.confirmed)


class Ledger:
    """A growing `Correspondence`. What is written into it is visible to the next look."""

    def __init__(self) -> None:
        self._pairs: dict[tuple[str, str], _Count] = {}
        self._addresses: dict[str, _Count] = {}
        self._sender_domains: dict[tuple[str, str], _Count] = {}
        self._domains: dict[str, _Count] = {}
        self._domain_names: list[str] = []
        self._domain_index = GrowingIndex()
        self._local_names: list[str] = []
        self._local_index = GrowingIndex()
        self._locals_at: dict[str, int] = {}
        self._shapes: dict[str, Counter[str]] = {}
        self._domains_with: dict[str, list[str]] = {}
        self._meant: dict[tuple[str, str], str] = {}
        self._touched: set[str] = set()

    def send(self, sender: str, address: str, at: int) -> None:
        """Record a message from `sender` to `address`."""
        domain = address.rpartition("@")[2]
        for count in (
            self._pair(sender, address),
            self._address(address),
            self._sender_domain(sender, domain),
            self._domain(domain),
        ):
            count.send(at)

    def receive(self, sender: str, address: str | None, times: int = 1) -> None:
        """Record that `sender` wrote to `address`; None counts for the organisation alone."""
        if address is not None:
            self._pair(address, sender).received += times
            self._sender_domain(address, sender.rpartition("@")[2]).received += times
        else:
            self._address(sender).received += times
            self._domain(sender.rpartition("@")[2]).received += times

    def bounce(self, sender: str | None, address: str) -> None:
        """Record that a message to `address` was returned as undeliverable."""
        if sender is not None:
            self._pair(sender, address).bounced += 1
        self._address(address).bounced += 1

    def confirm(self, sender: str, address: str) -> None:
        """Record that `sender` said that `address` is right."""
        self._pair(sender, address).confirmed = True
        self._address(address).confirmed = True

    def correct(self, sender: str, typed: str, meant: str) -> None:
        """Record that `sender` typed one address and meant another."""
        self._meant[sender, typed] = meant
        self._meant["", typed] = meant

    def knows(self, address: str) -> bool:
        """Whether anything is recorded of `address`."""
        return address in self._addresses

    def touches(self, domain: str) -> bool:
        """Whether anything is recorded of `domain` or of an address at it."""
        return domain in self._touched

    def merge(self, sender: str, address: str, use: Use, *, found: bool = False) -> None:
        """Add what a store knows of a pair, or of an address where the sender is "".

        Args:
            sender: the pair's.
            address: likewise.
            use: what is added.
            found: the address is found elsewhere by what was typed for it, and need not be here.
        """
        domain = address.rpartition("@")[2]
        if found and address not in self._addresses:
            self._addresses[address] = _Count()
            self._touched.add(domain)
        if sender and use.sent and not (use.received or use.bounced or use.confirmed):
            # What most messages teach; it is the same for all four.
            self._pair(sender, address).merge(use)
            self._address(address).merge(use)
            self._sender_domain(sender, domain).merge(use)
            self._domain(domain).merge(use)
            return
        if sender:
            self._pair(sender, address).merge(use)
            self._address(address).merge(use._replace(received=0))
        else:
            self._address(address).merge(use)
        # A bounce or a confirmation speaks of the address, not of its domain.
        if sender and (use.sent or use.received):
            share = Use(use.sent, use.first, use.last, use.received)
            self._sender_domain(sender, domain).merge(share)
        received = 0 if sender else use.received
        if use.sent or received:
            self._domain(domain).merge(Use(use.sent, use.first, use.last, received))

    # The `Correspondence` of core/facts.py.

    def pair(self, sender: str, address: str) -> Use | None:
        """How `sender` has used `address`."""
        count = self._pairs.get((sender, address))
        return count.use() if count else None

    def address(self, address: str) -> Use | None:
        """How the whole organisation has used `address`."""
        count = self._addresses.get(address)
        return count.use() if count else None

    def sender_domain(self, sender: str, domain: str) -> Use | None:
        """How `sender` has used `domain`."""
        count = self._sender_domains.get((sender, domain))
        return count.use() if count else None

    def domain(self, domain: str) -> Use | None:
        """How the whole organisation has used `domain`."""
        count = self._domains.get(domain)
        return count.use() if count else None

    def used_among(self, domains: AbstractSet[str]) -> Collection[str]:
        """Those of some domains that have been used."""
        return self._domains.keys() & domains

    def domains_known(self) -> int:
        """How many domains are known."""
        return len(self._domain_names)

    def locals_at(self, domain: str) -> int:
        """How many distinct addresses are known at `domain`."""
        return self._locals_at.get(domain, 0)

    def locals_like(self, domain: str, local: str) -> tuple[int, int]:
        """Of how many known local parts at `domain`, how many are built like `local`."""
        shapes = self._shapes.get(domain)
        return (shapes[shape(local)], self._locals_at[domain]) if shapes else (0, 0)

    def domains_near(self, domain: str) -> Collection[str]:
        """Known domains that may have been meant where `domain` was typed."""
        names = self._domain_names
        return [names[n] for n in gather(self._domain_index, domain_keys(domain))]

    def domains_with(self, local: str) -> Collection[str]:
        """Known domains at which this very local part is known."""
        return self._domains_with.get(local, ())

    def locals_near(self, domain: str, local: str) -> Collection[str]:
        """Known local parts at `domain` that may have been meant where `local` was typed."""
        names = self._local_names
        return [names[n] for n in gather(self._local_index, local_queries(domain, local))]

    acquaintance = piece_by_piece
    is_familiar = by_two_questions

    def meant(self, sender: str, address: str) -> str | None:
        """The address that `sender` (or, failing that, a colleague) meant the last time."""
        return self._meant.get((sender, address)) or self._meant.get(("", address))

    # Making entries.

    def _pair(self, sender: str, address: str) -> _Count:
        count = self._pairs.get((sender, address))
        if count is None:
            count = self._pairs[sender, address] = _Count()
        return count

    def _sender_domain(self, sender: str, domain: str) -> _Count:
        count = self._sender_domains.get((sender, domain))
        if count is None:
            count = self._sender_domains[sender, domain] = _Count()
            self._touched.add(domain)
        return count

    def _domain(self, domain: str) -> _Count:
        count = self._domains.get(domain)
        if count is None:
            count = self._domains[domain] = _Count()
            self._touched.add(domain)
            self._domain_index.file(len(self._domain_names), filing_keys(domain))
            self._domain_names.append(domain)
        return count

    def _address(self, address: str) -> _Count:
        count = self._addresses.get(address)
        if count is None:
            count = self._addresses[address] = _Count()
            local, _, domain = address.rpartition("@")
            self._touched.add(domain)
            self._local_index.file(len(self._local_names), local_keys(domain, local))
            self._local_names.append(local)
            self._locals_at[domain] = self._locals_at.get(domain, 0) + 1
            self._shapes.setdefault(domain, Counter())[shape(local)] += 1
            self._domains_with.setdefault(local, []).append(domain)
        return count
