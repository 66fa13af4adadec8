"""Counts refused messages in memory, until they are written: the `Book` of the dialogues."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from missent.core import suffixes
from missent.core.address import Domain
from missent.core.errors import AddressError
from missent.core.facts import Unknown
from missent.memory.refusals import Counted, Key, Refusals
from missent.sinkhole.evidence.key import DAY, digest
from missent.sinkhole.evidence.lookups import Lookups
from missent.sinkhole.evidence.networks import Networks
from missent.sinkhole.evidence.people import Kind, Signals, kind
from missent.sinkhole.evidence.spf import Claim

if TYPE_CHECKING:
    from missent.sinkhole.dialogue import Dialogue
    from missent.sinkhole.envelope import Envelope
    from missent.sinkhole.evidence.key import DayKey
    from missent.sinkhole.mapping import Target

MORE = "(more)"  # what is counted together where a day has too many names
_MOST_WAITING = 100_000  # messages; after so many they are weighed without waiting for names
_MOST_NAMES = 20_000  # typed names, and organisations, that a day is counted by, in one process
_MOST_TRIES = 500_000  # pairs of sender and recipient of the last hour
_HOUR = 3600


class _Knock(NamedTuple):
    """One refused message, without any address."""

    day: int
    peer: str
    helo: bytes
    sender: bytes | None
    digest: int
    refused: dict[Target, int]
    secure: bool
    early: bool
    persons: int
    noise: int
    seen: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the DNS about clients, beside the conversation.

    Attributes:
        hosts: the confirmed name of an address.
        spf: the result of SPF.
    """

    hosts: Lookups[str, str] = field(default_factory=Lookups)
    spf: Lookups[Claim, str] = field(default_factory=Lookups)


class Tally:
    """Tells people from bulk, and adds up.

    Args:
        key: hashes senders.
        asked: who they are, as far as the DNS is asked.
        good: networks with a good name.
        bad: networks with a bad one.
    """

    def __init__(
        self,
        key: DayKey,
        asked: Asked | None = None,
        good: Networks | None = None,
        bad: Networks | None = None,
    ) -> None:
        self._key = key
        self._asked = asked or Asked()
        self._good = good or Networks()
        self._bad = bad or Networks()
        self._waiting: list[_Knock] = []
        self._batch = Refusals()
        self._tries: Counter[int] = Counter()
        self._tries_since = 0.0
        self._names: tuple[int, set[str], set[str]] = (0, set(), set())

    # `Book`.

    def digest(self, octets: memoryview, more: memoryview) -> int:
        """A keyed hash of an address."""
        return digest(self._key.of(time.time()), octets, more)

    def fault(self, what: str) -> None:
        """Count something that no mail server does."""
        self._batch.faults[int(time.time() // DAY), what] += 1

    def knock(self, dialogue: Dialogue, envelope: Envelope) -> None:
        """Note a refused message."""
        now = time.time()
        if now - self._tries_since > _HOUR or len(self._tries) > _MOST_TRIES:
            self._tries.clear()
            self._tries_since = now
        seen = 1
        for one in envelope.digests:
            pair = one ^ envelope.digest
            self._tries[pair] += 1
            seen = max(seen, self._tries[pair])
        if dialogue.peer:
            self._asked.hosts.begin(dialogue.peer)
            self._asked.spf.begin(Claim(dialogue.peer, envelope.sender or dialogue.helo))
        self._waiting.append(
            _Knock(
                int(now // DAY),
                dialogue.peer,
                dialogue.helo,
                envelope.sender,
                envelope.digest,
                envelope.refused,
                dialogue.secure,
                dialogue.early,
                envelope.persons,
                envelope.noise,
                seen,
            )
        )
        if len(self._waiting) >= _MOST_WAITING:
            self._weigh_all()

    # The recorder.

    def take(self) -> Refusals:
        """All that was counted since the last time."""
        self._weigh_all()
        batch, self._batch = self._batch, Refusals()
        return batch

    def _weigh_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            self._count(one)

    def _count(self, knock: _Knock) -> None:
        domain = registrable(knock.sender)
        what = kind(self._signals(knock, domain))
        organisation = domain if what in {Kind.PEOPLE, Kind.UNCLEAR} else ""
        day, typed_names, organisations = self._names
        if day != knock.day:
            typed_names, organisations = set(), set()
            self._names = (knock.day, typed_names, organisations)
        organisation = _bounded(organisation, organisations)
        for target, recipients in knock.refused.items():
            meant, typed = target.counted
            if _bounded(typed, typed_names) == MORE:
                meant, typed = target.lookalike.meant, target.lookalike.typed
            key = Key(knock.day, meant, typed, organisation, what)
            counted = self._batch.counts.setdefault(key, Counted())
            counted.messages += 1
            counted.recipients += recipients
            if knock.digest:
                counted.senders.add(knock.digest)

    def _signals(self, knock: _Knock, domain: str) -> Signals:
        host = self._asked.hosts.found(knock.peer)
        spf = self._asked.spf.found(Claim(knock.peer, knock.sender or knock.helo))
        known = not isinstance(host, Unknown)
        listed = None
        if self._bad and knock.peer in self._bad:
            listed = False
        elif self._good and knock.peer in self._good:
            listed = True
        return Signals(
            confirmed=bool(host) if known else None,
            aligned=bool(host) and registrable(str(host).encode()) == domain if known else None,
            spf=None if isinstance(spf, Unknown) else spf,
            helo=b"." in knock.helo and knock.helo[:1] != b"[",
            secure=knock.secure,
            early=knock.early,
            listed=listed,
            null=knock.sender is None,
            recipients=sum(knock.refused.values()),
            persons=knock.persons,
            noise=knock.noise,
            seen=knock.seen,
        )


def registrable(name: bytes | None) -> str:
    """The organisation that a domain belongs to; "" for none that can exist."""
    if not name:
        return ""
    try:
        parsed = Domain.parse(name.decode("utf-8"))
    except (AddressError, UnicodeDecodeError):
        return ""
    parts = suffixes.split(parsed.name)
    return parts.registrable if parts.known else ""


def _bounded(name: str, known: set[str]) -> str:
    if name in known or not name:
        return name
    if len(known) >= _MOST_NAMES:
        return MORE
    known.add(name)
    return name
