"""Replay the corpus and write down, for every candidate of every first contact, its evidence.

    python -m bench.fit.gather build/evidence.npz

Real messages give the real slips and the real first contacts; beside them some recipients are
mistyped by the sampler, as if the sender had slipped there. Deciding comes before learning.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from bench.accuracy import labels as real_slips
from bench.accuracy import mail
from bench.fit import sampler
from missent.core import candidates, evidence
from missent.core.address import Address
from missent.core.errors import AddressError
from missent.core.facts import Facts
from missent.memory.ledger import Ledger
from missent.memory.remember import remember

if TYPE_CHECKING:
    from bench.accuracy.labels import Labels, Slip
    from missent.core.message import Message

NEW, AGAIN = 0.10, 0.006  # of first and of later contacts, this share is mistyped
INSIDE = 0.12  # colleagues are picked from a directory and seldom mistyped
REPEATED = 0.3  # a slip has been made before, by a colleague or a reply to all


@dataclass
class Rows:
    """What is gathered for one of the two models."""

    numbers: list[list[float]] = field(default_factory=list)
    meant: list[int] = field(default_factory=list)
    about: list[tuple[int, str, str, str, int, int, int]] = field(default_factory=list)


class Gatherer:
    """Looks at every first contact."""

    def __init__(self, labels: Labels, seed: int) -> None:
        self.labels = labels
        self.slips = {(s.sender, s.observed): s for s in labels.slips}
        self.bad = {observed for _, observed in labels.pairs}
        self.random = Random(seed)
        self.ledger = Ledger()
        self.domains, self.locals = Rows(), Rows()
        self.seen: set[tuple[str, str]] = set()

    def look(self, message: Message, at: int) -> None:
        """Take the evidence for a message, before it is learned."""
        if message.mail_from is None:
            return
        facts = Facts(at=at, history=self.ledger)
        sender = message.mail_from.key
        beside = Counter(r.address.domain.name for r in message.recipients)
        for recipient in message.recipients:
            address = recipient.address
            first = (sender, address.key) not in self.seen
            self._invent(address, sender, facts, beside, first=first)
            if not first:
                continue
            self.seen.add((sender, address.key))
            pair, anyone = self.ledger.pair(sender, address.key), self.ledger.address(address.key)
            if (pair and pair.received) or (anyone and anyone.received):
                continue
            case = evidence.Case(address, sender, facts, beside)
            slip = self.slips.get((sender, address.key))
            there = self.ledger.domain(address.domain.name)
            if not (there and there.received):
                self._domain(case, slip, None)
            self._local(case, slip, None)

    def _invent(
        self, address: Address, sender: str, facts: Facts, beside: Counter[str], *, first: bool
    ) -> None:
        random, name = self.random, address.domain.name
        if address.key in self.bad or random.random() >= (NEW if first else AGAIN):
            return
        inside = sender.endswith("@" + name)
        if random.random() < 0.5:
            text = sampler.domain(random, name)
            typed = _parse(f"{address.local}@{text}") if text and not inside else None
            known = self.ledger.domain(name)
            if typed and known and not self.ledger.domain(typed.domain.name):
                others = beside.copy()
                others[name] -= 1
                others[typed.domain.name] += 1
                self._domain(evidence.Case(typed, sender, facts, others), None, name)
        elif not inside or random.random() < INSIDE:
            typed = _parse(f"{sampler.local(random, address.local)}@{name}")
            if typed and self.ledger.address(address.key) and not self.ledger.address(typed.key):
                case = evidence.Case(typed, sender, facts, beside)
                self._local(case, None, address.key.rpartition("@")[0])

    def _domain(self, case: evidence.Case, slip: Slip | None, invented: str | None) -> None:
        real = slip is not None and "domain" in slip.kinds
        meant = slip.intended.rpartition("@")[2] if slip is not None and real else invented
        found = candidates.domains_in_history(case)
        near = sum(c.slip.cost < evidence.NEAR for c in found)
        again = self._again() if invented else None
        for name, how in found:
            numbers = evidence.for_domain(case, name, how, near)
            if again:
                _repeat(numbers, again)
            self.domains.numbers.append(numbers)
            self.domains.meant.append(int(name == meant))
            knowable = int(slip is not None and "domain" in slip.knowable)
            self.domains.about.append(
                (
                    case.facts.at,
                    case.sender,
                    case.address.key,
                    name,
                    int(real),
                    knowable,
                    int(bool(invented)),
                )
            )

    def _again(self) -> tuple[int, bool, float] | None:
        random = self.random
        if random.random() >= REPEATED:
            return None
        return 1 + int(random.expovariate(0.35)), random.random() < 0.7, random.expovariate(0.02)

    def _local(self, case: evidence.Case, slip: Slip | None, invented: str | None) -> None:
        real = slip is not None and "local" in slip.kinds
        meant = slip.intended.rpartition("@")[0] if slip is not None and real else invented
        found = candidates.locals_in_history(case)
        for name, how in found:
            self.locals.numbers.append(evidence.for_local(case, name, how, len(found)))
            self.locals.meant.append(int(name == meant))
            knowable = int(slip is not None and "local" in slip.knowable)
            self.locals.about.append(
                (
                    case.facts.at,
                    case.sender,
                    case.address.key,
                    name,
                    int(real),
                    knowable,
                    int(bool(invented)),
                )
            )


def _repeat(numbers: list[float], again: tuple[int, bool, float]) -> None:
    """As if the typed domain had been written to before, without an answer."""
    times, same, days = again

    def at(name: str) -> int:
        return evidence.DOMAIN.index(name)

    sent = np.expm1(numbers[at("meant_sent")]) + 3 * np.expm1(numbers[at("meant_received")])
    typed_locals = float(np.log1p(1 if same else min(times, 2)))
    numbers[at("typed_sent")] = float(np.log1p(times))
    numbers[at("typed_locals")] = typed_locals
    numbers[at("typed_address_sent")] = float(np.log1p(times)) if same else 0.0
    numbers[at("typed_days")] = float(np.log1p(days))
    numbers[at("sent_ratio")] = float(np.log1p(sent) - np.log1p(times))
    numbers[at("locals_ratio")] = numbers[at("meant_locals")] - typed_locals


def _parse(text: str) -> Address | None:
    try:
        return Address.parse(text, lenient=True)
    except AddressError:
        return None


def half(sender: str) -> int:
    """Which half of the people a sender is in: 0 for development, 1 for test."""
    return crc32(sender.encode()) % 2


def main(target: str) -> None:
    gatherer = Gatherer(real_slips.read(mail.DATA), seed=7)
    for event in mail.events():
        if mail.is_decided(event):
            gatherer.look(event.message, event.at)
        remember(
            gatherer.ledger,
            event.message,
            event.at,
            bounced=[(b.sender, b.address) for b in event.bounced],
            automatic=event.automatic,
        )
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    arrays = {}
    for name, rows in (("domain", gatherer.domains), ("local", gatherer.locals)):
        arrays[f"{name}_numbers"] = np.array(rows.numbers, np.float32)
        arrays[f"{name}_meant"] = np.array(rows.meant, np.int8)
        arrays[f"{name}_about"] = np.array(rows.about, dtype=object).astype(str)
    save: Any = np.savez_compressed  # the stub takes a name for an option
    save(target, **arrays)
    print({name: array.shape for name, array in arrays.items()})


if __name__ == "__main__":
    main(sys.argv[1])
