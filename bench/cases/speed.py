"""One decision with 100,000 known domains, beside a scan and a spell checker over the same names.

Every figure is the best of some rounds, in microseconds of one core and by the clock: on a machine
with other work the clock tells of that work, and even the core is half as fast.
"""

from __future__ import annotations

import random
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

from bench.memory.made import SEED, domain_names, mistyped
from missent import Guard
from missent.core.address import Address
from missent.memory.build import SnapshotBuilder
from missent.memory.learned import Contact

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from missent.core.facts import Correspondence
    from missent.memory.snapshot import Snapshot

KNOWN = 100_000
_ROUNDS = 7
_ASKED = 500
_PEER_ASKED = 40  # a scan takes milliseconds
_SENDER = "ann@corp.example"


class Speed(NamedTuple):
    """What one question takes, in microseconds.

    Attributes:
        what: who was asked what.
        core: time of one core.
        clock: time by the clock.
    """

    what: str
    core: float
    clock: float


def measure() -> list[Speed]:
    """Ask missent about known and unknown domains, and the peers about unknown ones."""
    chance = random.Random(SEED)
    names = domain_names(chance)
    known, others = names[:KNOWN], names[KNOWN:]
    guard = Guard(history=_snapshot(known))
    sender = Address.parse(_SENDER)

    def check(address: str) -> object:
        return guard.check(address, sender)

    two_way = [f"jo.smith@{name}" for name in chance.sample(known, _ASKED)]
    near, unlike = _told_apart(others, guard.app.history)
    new = _addresses(chance.sample(others, _ASKED * _ROUNDS))
    slips = [mistyped(f"al.jones@{n}", chance) for n in chance.sample(known, _ASKED * _ROUNDS)]
    there = _addresses(chance.sample(known, _ASKED * _ROUNDS))
    found = [
        timed("missent, a recipient who wrote here", check, [two_way] * _ROUNDS),
        # From here on never the same twice: nothing may be remembered from the round before.
        timed("missent, a new recipient at a known domain", check, _rounds(there)),
        timed("missent, an unknown domain like none that is known", check, _rounds(unlike)),
        timed("missent, an unknown domain that shares much with known ones", check, _rounds(near)),
        timed("missent, any unknown domain", check, _rounds(new)),
        timed("missent, a known domain with a letter left out", check, _rounds(slips)),
    ]
    bare = [address.partition("@")[2] for address in slips]
    return found + _peers(known, bare)


def _addresses(names: Sequence[str]) -> list[str]:
    return [f"al.jones@{name}" for name in names]


def _told_apart(others: Sequence[str], history: Correspondence) -> tuple[list[str], list[str]]:
    """Addresses at unknown domains near which the index finds known names, and at others."""
    near: list[str] = []
    unlike: list[str] = []
    for name in others:
        (near if any(True for _ in history.domains_near(name)) else unlike).append(name)
        if min(len(near), len(unlike)) >= _ASKED * _ROUNDS:
            break
    asked = _ASKED * _ROUNDS
    return _addresses(near[:asked]), _addresses(unlike[:asked])


def _rounds(asked: Sequence[str]) -> list[Sequence[str]]:
    return [asked[n : n + _ASKED] for n in range(0, len(asked), _ASKED)]


def _snapshot(domains: Sequence[str]) -> Snapshot:
    builder = SnapshotBuilder()
    builder.add(
        [
            row
            for domain in sorted(domains)
            for row in (
                Contact(domain, "jo.smith", "", 0, 0, 0, 2, 0, confirmed=False),
                Contact(domain, "jo.smith", _SENDER, 3, 10**9, 10**9 + 9, 0, 0, confirmed=False),
            )
        ]
    )
    return builder.build()


def _peers(known: Sequence[str], asked: Sequence[str]) -> list[Speed]:
    from rapidfuzz import fuzz, process  # noqa: PLC0415  each peer imports its own
    from symspellpy import SymSpell, Verbosity  # noqa: PLC0415

    speller = SymSpell(max_dictionary_edit_distance=1, prefix_length=16)
    for name in known:
        speller.create_dictionary_entry(name, 1)
    few = [asked[:_PEER_ASKED]] * 2
    many = _rounds(asked)
    return [
        timed(
            f"RapidFuzz {version('rapidfuzz')}, extractOne, the ratio of at least 75",
            lambda name: process.extractOne(name, known, scorer=fuzz.ratio, score_cutoff=75),
            few,
        ),
        timed(
            f"RapidFuzz {version('rapidfuzz')}, extractOne with its defaults",
            lambda name: process.extractOne(name, known),
            [few[0][:10]] * 2,
        ),
        timed(
            f"symspellpy {version('symspellpy')}, one edit",
            lambda name: speller.lookup(name, Verbosity.CLOSEST, 1),
            many,
        ),
    ]


def timed(what: str, ask: Callable[[str], object], rounds: Sequence[Sequence[str]]) -> Speed:
    """The best round's mean."""
    ask(rounds[0][0])
    core, clock = [], []
    for asked in rounds:
        busy, start = time.process_time(), time.perf_counter()
        for one in asked:
            ask(one)
        core.append((time.process_time() - busy) / len(asked) * 1e6)
        clock.append((time.perf_counter() - start) / len(asked) * 1e6)
    return Speed(what, min(core), min(clock))
