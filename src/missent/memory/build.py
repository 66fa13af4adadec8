"""Builds a snapshot out of a store's contacts, column by column."""

from __future__ import annotations

from array import array
from itertools import chain, repeat
from typing import TYPE_CHECKING

from missent.core.facts import Use
from missent.core.neighbours import filing_keys
from missent.memory.chains import Chains
from missent.memory.columns import Texts, Uses
from missent.memory.local_parts import LocalParts
from missent.memory.snapshot import FEW, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from missent.memory.learned import Contact, Correction


_NOTHING = (0, 0, 0, 0)


class _Numbers(dict[str, int]):
    """Numbers names in the order in which they are first asked for."""

    def __missing__(self, name: str) -> int:
        number = self[name] = len(self)
        return number


class SnapshotBuilder:
    """Takes contacts batch by batch, ordered by domain, local part and sender."""

    def __init__(self) -> None:
        self._numbers = _Numbers()
        self._numbers[""]
        self._uses = Uses()
        self._senders = array("I")
        self._first_row = array("I")
        self._locals = Texts()
        self._address_keys = array("q")
        self._local_keys = array("q")
        self._names: list[str] = []
        self._first_address = array("I")
        self._domain_of = array("I")
        self._last: tuple[str, str] = ("", "")

    def add(self, batch: Sequence[Contact]) -> None:
        """Take some contacts."""
        if not batch:
            return
        row = len(self._senders)
        domains, parts, senders, sent, first, last, received, bounced, confirmed = zip(
            *batch, strict=True
        )
        self._senders.extend(map(self._numbers.__getitem__, senders))
        rest: Sequence[int] = bytes(len(batch))
        if any(bounced) or any(confirmed):
            rest = [b << 1 | bool(c) for b, c in zip(bounced, confirmed, strict=True)]
        self._uses.extend(sent, first, last, received, rest)
        self._outline(domains, parts, row)

    def _outline(self, domains: Sequence[str], parts: Sequence[str], row: int) -> None:
        """Note where addresses and domains begin."""
        this_domain, this_local = self._last
        names, number = self._names, len(self._names) - 1
        count = len(self._locals)
        new: list[str] = []
        at: list[int] = []
        begin = self._first_row.append
        for domain, local in zip(domains, parts, strict=True):
            if domain != this_domain:
                names.append(domain)
                number += 1
                self._first_address.append(count + len(new))
            elif local == this_local:
                row += 1
                continue
            begin(row)
            new.append(local)
            at.append(number)
            row += 1
            this_domain, this_local = domain, local
        self._last = this_domain, this_local
        self._locals.extend(new)
        self._domain_of.extend(at)
        self._local_keys.extend(map(hash, new))
        self._address_keys.extend(map(hash, zip(new, at, strict=True)))

    def build(self, corrections: Iterable[Correction] = ()) -> Snapshot:
        """Make the snapshot; the builder is of no use afterwards."""
        self._first_address.append(len(self._locals))
        self._first_row.append(len(self._senders))
        made = Snapshot()
        made.uses = self._uses
        made.senders, made.sender_numbers = _in_order(self._senders, self._numbers)
        made.nobody = made.sender_numbers[""]
        made.first_row = self._first_row
        made.locals = self._locals
        made.address_index = Chains(self._address_keys)
        made.local_index = Chains(self._local_keys)
        made.first_address = self._first_address
        made.domain_of = self._domain_of
        made.domain_names = self._names
        made.domain_numbers = {name: number for number, name in enumerate(self._names)}
        made.address_totals = _address_totals(made)
        _domain_totals(made)
        made.domain_index = _index(made)
        made.local_parts = LocalParts(self._locals)
        made.meanings = meanings(corrections)
        made.shapes = {}
        return made


def _in_order(senders: array[int], numbers: dict[str, int]) -> tuple[array[int], dict[str, int]]:
    """Number the senders in the order of their names, as the rows of an address are."""
    ordered = {name: number for number, name in enumerate(sorted(numbers))}
    new = [ordered[name] for name in numbers]
    return array("I", map(new.__getitem__, senders)), ordered


def _address_totals(made: Snapshot) -> dict[int, Use]:
    totals: dict[int, Use] = {}
    starts = made.first_row
    for number in range(len(made.locals)):
        start, end = starts[number], starts[number + 1]
        if end - start > FEW:
            received = made.uses.received[start] if made.senders[start] == made.nobody else 0
            totals[number] = made.uses.total(start, end, received)
    return totals


def _domain_totals(made: Snapshot) -> None:
    """Add up the domains that have many rows, for all and by sender."""
    totals: dict[int, Use] = {}
    starts: dict[int, tuple[int, int]] = {}
    senders, uses = array("I"), Uses()
    nobody = made.nobody
    for number in range(len(made.domain_names)):
        start = made.first_row[made.first_address[number]]
        end = made.first_row[made.first_address[number + 1]]
        if end - start <= FEW:
            continue
        shares = _shares(made, start, end)
        came = shares.pop(nobody, _NOTHING)[3]
        whole = made.uses.total(start, end, came)
        totals[number] = Use(whole.sent, whole.first, whole.last, came)
        used = sorted((who, *share) for who, share in shares.items() if share[0] or share[3])
        starts[number] = len(senders), len(senders) + len(used)
        if used:
            who, sent, first, last, received = zip(*used, strict=True)
            senders.extend(who)
            uses.extend(sent, first, last, received, bytes(len(used)))
    made.domain_totals, made.domain_shares = totals, starts
    made.share_senders, made.share_uses = senders, uses


def _shares(made: Snapshot, start: int, end: int) -> dict[int, tuple[int, int, int, int]]:
    """What each sender did with the rows of a domain: sent, first, last, received."""
    uses = made.uses
    shares: dict[int, tuple[int, int, int, int]] = {}
    for who, sent, first, last, received in zip(
        made.senders[start:end],
        uses.sent[start:end],
        uses.first[start:end],
        uses.last[start:end],
        uses.received[start:end],
        strict=True,
    ):
        share = shares.get(who)
        if share is None:
            shares[who] = sent, first, last, received
        else:
            before, begun, until, came = share
            if sent:
                begun = min(begun, first) if before else first
                until = max(until, last)
            shares[who] = before + sent, begun, until, came + received
    return shares


def _index(made: Snapshot) -> Chains:
    keys, used, sizes = array("q"), array("I"), array("I")
    starts, addresses, sent = made.first_row, made.first_address, made.uses.sent
    for number, name in enumerate(made.domain_names):
        # Of most domains the first row says that they were written to.
        if sent[starts[addresses[number]]] or made.domain_use(number) is not None:
            filed = filing_keys(name)
            keys.extend(filed)
            used.append(number)
            sizes.append(len(filed))
    return Chains(keys, array("I", chain.from_iterable(map(repeat, used, sizes))))


def meanings(corrections: Iterable[Correction]) -> dict[tuple[str, str], str]:
    """What each sender, and lastly anybody, meant by an address; the latest correction counts."""
    found: dict[tuple[str, str], str] = {}
    for correction in sorted(corrections, key=lambda one: one.at):
        found[correction.sender, correction.typed] = correction.meant
        found["", correction.typed] = correction.meant
    return found
