"""Replay the corpus and write down, for every candidate of every first contact, its evidence.

    python -m bench.fit.gather build/evidence.npz

Real messages give the real slips and the real first contacts; beside them some recipients are
mistyped by the sampler, as if the sender had slipped there. Deciding comes before learning. The
mail is replayed whole, and some months of it again with nothing known at their start, as where
missent is new: a probability must mean the same there. Two processes share the senders. Candidates
that no slip of the fingers explains are left out, but for those at which the very mailbox is known:
they would only take time.
"""

from __future__ import annotations

import multiprocessing
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
from missent.core import candidates, known
from missent.core.address import Address
from missent.core.errors import AddressError
from missent.core.evidence import of_domain, of_local
from missent.core.evidence.case import Case
from missent.core.facts import Facts
from missent.memory.ledger import Ledger
from missent.memory.remember import remember

if TYPE_CHECKING:
    from bench.accuracy.labels import Kind, Labels, Slip
    from missent.core.message import Message

SHARES = 2
NEW, AGAIN = 0.20, 0.012  # of first and of later contacts, this share is mistyped
INSIDE = 0.12  # colleagues are picked from a directory and seldom mistyped
# What is replayed: all of the mail, and four months each with nothing known before.
SPANS = (
    mail.WHOLE,
    mail.Span("2000-04-01", "2000-07-30"),
    mail.Span("2000-08-01", "2000-11-29"),
    mail.Span("2000-12-01", "2001-03-31"),
)
REPEATED = 0.3  # a slip has been made before, by a colleague or a reply to all


@dataclass
class Rows:
    """What is gathered for one of the two models."""

    numbers: list[list[float]] = field(default_factory=list)
    meant: list[int] = field(default_factory=list)
    about: list[tuple[int, str, str, str, int, int, int, int, int]] = field(default_factory=list)


class Gatherer:
    """Looks at every first contact."""

    def __init__(self, labels: Labels, seed: int, *, fresh: bool = False) -> None:
        self.labels = labels
        self.slips = {(s.sender, s.observed): s for s in labels.slips}
        self.bad = {observed for _, observed in labels.pairs}
        self.random = Random(seed)
        self.fresh = fresh
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
            case = Case(address, sender, facts, beside)
            slip = self.slips.get((sender, address.key))
            own = message.mail_from.domain.registrable
            if address.domain.parts.known and own != address.domain.registrable:
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
            used = self.ledger.domain(name)
            if typed and used and not self.ledger.domain(typed.domain.name):
                others = beside.copy()
                others[name] -= 1
                others[typed.domain.name] += 1
                self._domain(Case(typed, sender, facts, others), None, name)
        elif not inside or random.random() < INSIDE:
            typed = _parse(f"{sampler.local(random, address.local)}@{name}")
            if typed and self.ledger.address(address.key) and not self.ledger.address(typed.key):
                case = Case(typed, sender, facts, beside)
                self._local(case, None, address.key.rpartition("@")[0])

    def _domain(self, case: Case, slip: Slip | None, invented: str | None) -> None:
        history = case.facts.history
        real = slip if slip is not None and "domain" in slip.kinds else None
        meant = real.intended.rpartition("@")[2] if real else invented
        found = candidates.domains_in_history(case)
        near = sum(c.slip.cost <= of_domain.NEAR for c in found)
        wrote = known.has_written(history.domain(case.address.domain.name))
        again = self._again() if invented else None
        evidence = of_domain.Evidence(case, near)
        for name, how in found:
            if wrote and history.address(f"{case.local}@{name}") is None:
                continue  # what wrote here is asked about only where the mailbox is known elsewhere
            numbers = evidence.numbers(name, how)
            if again:
                _repeat(numbers, again, of_domain.NAMES)
            self._add(
                self.domains,
                case,
                name,
                numbers,
                meant,
                kind="domain",
                slip=real,
                invented=invented,
            )

    def _again(self) -> tuple[int, bool, float] | None:
        random = self.random
        if random.random() >= REPEATED:
            return None
        return 1 + int(random.expovariate(0.35)), random.random() < 0.7, random.expovariate(0.02)

    def _local(self, case: Case, slip: Slip | None, invented: str | None) -> None:
        real = slip if slip is not None and "local" in slip.kinds else None
        meant = real.intended.rpartition("@")[0] if real else invented
        found = candidates.locals_in_history(case)
        again = self._again() if invented else None
        evidence = of_local.Evidence(case, len(found))
        for name, how in found:
            if how.cost > of_local.FAR and name != meant:
                continue
            numbers = evidence.numbers(name, how)
            if again:
                _repeat(numbers, again, of_local.NAMES)
            self._add(
                self.locals, case, name, numbers, meant, kind="local", slip=real, invented=invented
            )

    def _add(
        self,
        rows: Rows,
        case: Case,
        name: str,
        numbers: list[float],
        meant: str | None,
        *,
        kind: Kind,
        slip: Slip | None,
        invented: str | None,
    ) -> None:
        pair = case.sender, case.address.key
        doubtful = pair in self.labels.pairs or self.labels.is_doubtful(case.address.key)
        about = (
            case.facts.at,
            *pair,
            name,
            int(slip is not None),
            int(slip is not None and kind in slip.knowable),
            int(bool(invented)),
            int(not slip and not invented and doubtful),
            int(self.fresh),
        )
        rows.numbers.append(numbers)
        rows.meant.append(int(name == meant))
        rows.about.append(about)


def _repeat(numbers: list[float], again: tuple[int, bool, float], names: tuple[str, ...]) -> None:
    """As if the typed one had been written to before, without an answer."""
    times, same, days = again
    used, old = float(np.log1p(times)), float(np.log1p(days))

    def put(name: str, number: float) -> None:
        if name in names:
            numbers[names.index(name)] = number

    locals_ = float(np.log1p(1 if same else min(times, 2)))
    put("typed_sent", used)
    put("typed_used", 1.0)
    put("typed_days", old)
    put("sent_ratio", numbers[names.index("meant_weight")] - used)
    put("typed_locals", locals_)
    put("typed_address_sent", used if same else 0.0)
    if "meant_locals" in names:
        put("locals_ratio", numbers[names.index("meant_locals")] - locals_)


def _parse(text: str) -> Address | None:
    try:
        return Address.parse(text, lenient=True)
    except AddressError:
        return None


def half(sender: str) -> int:
    """Which half of the people a sender is in: 0 for development, 1 for test."""
    return crc32(sender.encode()) % 2


def gathered(job: tuple[int, mail.Span]) -> tuple[Rows, Rows]:
    """The evidence of one share of the senders in one of `SPANS`."""
    share, span = job
    seed = span.moments[0] + 7 + share
    gatherer = Gatherer(real_slips.read(mail.DATA), seed=seed, fresh=span != mail.WHOLE)
    for event in mail.events(span):
        sender = event.message.mail_from
        mine = sender is not None and (crc32(sender.key.encode()) >> 5) % SHARES == share
        if mine and mail.is_decided(event):
            gatherer.look(event.message, event.at)
        remember(
            gatherer.ledger,
            event.message,
            event.at,
            bounced=[(b.sender, b.address) for b in event.bounced],
            automatic=event.automatic,
        )
    return gatherer.domains, gatherer.locals


def main(target: str) -> None:
    with multiprocessing.Pool(SHARES) as pool:
        jobs = [(share, span) for span in SPANS for share in range(SHARES)]
        shares = pool.map(gathered, jobs, chunksize=1)
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    arrays = {}
    for place, name in enumerate(("domain", "local")):
        parts = [share[place] for share in shares]
        arrays[f"{name}_numbers"] = np.concatenate([np.array(p.numbers, np.float32) for p in parts])
        arrays[f"{name}_meant"] = np.concatenate([np.array(p.meant, np.int8) for p in parts])
        arrays[f"{name}_about"] = np.concatenate([np.array(p.about).astype(str) for p in parts])
    save: Any = np.savez_compressed  # the stub takes a name for an option
    save(target, **arrays)
    print({name: array.shape for name, array in arrays.items()})


if __name__ == "__main__":
    main(sys.argv[1])
