"""What a decision sees: a snapshot, and over it what came since."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from missent.core.acquaintance import piece_by_piece
from missent.core.facts import Use
from missent.core.familiar import by_two_questions
from missent.core.shapes import shape
from missent.memory.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from missent.core.acquaintance import Acquaintance
    from missent.memory.snapshot import Snapshot

_NONE = Use()


class Overlay:
    """What came since a snapshot, from this process and from others, each thing once."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Begin empty over a snapshot."""
        self.snapshot = snapshot
        self.ledger = Ledger()
        self.new_at: dict[str, Counter[str]] = {}
        """By domain: how the local parts are built that the snapshot does not know."""
        self.new_domains: set[str] = set()
        """Those that the snapshot does not know."""
        self._rows: dict[tuple[str, str], Use] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, sender: str, address: str) -> Use:
        """What is known of a pair, or where the sender is "" of the address without one."""
        return self._rows.get((sender, address)) or self.snapshot.row(sender, address) or _NONE

    def add(self, sender: str, address: str, use: Use) -> None:
        """Add to what is known of a pair."""
        before = self._rows.get((sender, address)) or self.snapshot.row(sender, address)
        self._rows[sender, address] = use if before is None else joined(before, use)
        found = True
        if not self.ledger.knows(address):
            found = before is not None or self.snapshot.address(address) is not None
            if not found:
                local, _, domain = address.rpartition("@")
                self.new_at.setdefault(domain, Counter())[shape(local)] += 1
                if not self.snapshot.locals_at(domain):
                    self.new_domains.add(domain)
        self.ledger.merge(sender, address, use, found=found)

    def settle(self, sender: str, address: str, use: Use) -> None:
        """Make what is known of a pair this, whatever of it was known before."""
        known = self.row(sender, address)
        if known != use:
            missing = Use(
                use.sent - known.sent,
                use.first,
                use.last,
                use.received - known.received,
                use.bounced - known.bounced,
                use.confirmed,
            )
            self.add(sender, address, missing)


class View:
    """A `Correspondence` of a snapshot and its overlay; it changes between decisions only.

    A decision is one uninterrupted call, and what comes in from elsewhere is written to the overlay
    by the same event loop: so nothing changes while a decision looks.
    """

    __slots__ = ("_ledger", "_new_at", "_new_domains", "_snapshot")

    def __init__(self, overlay: Overlay) -> None:
        self._snapshot = overlay.snapshot
        self._ledger = overlay.ledger
        self._new_at = overlay.new_at
        self._new_domains = overlay.new_domains

    def pair(self, sender: str, address: str) -> Use | None:
        """How `sender` has used `address`."""
        return _both(self._snapshot.pair(sender, address), self._ledger.pair(sender, address))

    def address(self, address: str) -> Use | None:
        """How the whole organisation has used `address`."""
        return _both(self._snapshot.address(address), self._ledger.address(address))

    def sender_domain(self, sender: str, domain: str) -> Use | None:
        """How `sender` has used `domain`, all its addresses together."""
        return _both(
            self._snapshot.sender_domain(sender, domain), self._ledger.sender_domain(sender, domain)
        )

    def domain(self, domain: str) -> Use | None:
        """How the whole organisation has used `domain`, all its addresses together."""
        return _both(self._snapshot.domain(domain), self._ledger.domain(domain))

    def used_among(self, domains: AbstractSet[str]) -> Collection[str]:
        """Those of some domains that have been used."""
        old, new = self._snapshot.used_among(domains), self._ledger.used_among(domains)
        return {*old, *new} if new else old

    def domains_known(self) -> int:
        """How many domains are known."""
        return len(self._snapshot.domain_names) + len(self._new_domains)

    def locals_at(self, domain: str) -> int:
        """How many distinct addresses are known at `domain`."""
        new = self._new_at.get(domain)
        return self._snapshot.locals_at(domain) + (new.total() if new else 0)

    def locals_like(self, domain: str, local: str) -> tuple[int, int]:
        """Of how many known local parts at `domain`, how many are built like `local`."""
        alike, of = self._snapshot.locals_like(domain, local)
        new = self._new_at.get(domain)
        return (alike + new[shape(local)], of + new.total()) if new else (alike, of)

    def domains_near(self, domain: str) -> Iterable[str]:
        """Known domains that may have been meant where `domain` was typed."""
        return _each(self._snapshot.domains_near(domain), self._ledger.domains_near(domain))

    def domains_with(self, local: str) -> Iterable[str]:
        """Known domains at which this very local part is known."""
        return _each(self._snapshot.domains_with(local), self._ledger.domains_with(local))

    def locals_near(self, domain: str, local: str) -> Iterable[str]:
        """Known local parts at `domain` that may have been meant where `local` was typed."""
        return _each(
            self._snapshot.locals_near(domain, local), self._ledger.locals_near(domain, local)
        )

    def acquaintance(self, sender: str, local: str, domain: str) -> Acquaintance:
        """What is known of `domain`, of `local` there and of what `sender` did there, at once."""
        if self._ledger.touches(domain):
            return piece_by_piece(self, sender, local, domain)
        return self._snapshot.acquaintance(sender, local, domain)

    def is_familiar(self, sender: str, address: str) -> bool:
        """Whether `address` wrote here or to `sender`, or either is confirmed."""
        if self._ledger.knows(address):
            return by_two_questions(self, sender, address)
        return self._snapshot.is_familiar(sender, address)

    def meant(self, sender: str, address: str) -> str | None:
        """The address that `sender` (or, failing that, a colleague) meant the last time."""
        own = self._ledger.meant(sender, address)
        return own or self._snapshot.meant(sender, address)


def joined(one: Use, other: Use) -> Use:
    """Two uses of the same thing together."""
    return Use(
        one.sent + other.sent,
        min(one.first or other.first, other.first or one.first),
        max(one.last, other.last),
        one.received + other.received,
        one.bounced + other.bounced,
        one.confirmed or other.confirmed,
    )


def _both(old: Use | None, new: Use | None) -> Use | None:
    if new is None:
        return old
    return new if old is None else joined(old, new)


def _each(old: Iterable[str], new: Collection[str]) -> Iterable[str]:
    return _each_once(old, new) if new else old


def _each_once(old: Iterable[str], new: Iterable[str]) -> Iterator[str]:
    # One by one: `info` is known at thousands of domains, and a check looks at a hundred.
    seen: set[str] = set()
    for name in chain(old, new):
        if name not in seen:
            seen.add(name)
            yield name
