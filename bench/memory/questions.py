"""Loads the store, and asks it: whole decisions, about the known and about the unknown."""

from __future__ import annotations

import itertools
import random
import time
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from bench.memory.made import (
    OWN,
    SEED,
    SENDERS,
    domain_names,
    mistyped,
    mistyped_local,
    name,
)
from bench.memory.measures import resident, timed
from missent.app import build
from missent.core.address import Address
from missent.core.message import Message, Recipient
from missent.memory.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from missent.core.facts import Correspondence
    from missent.core.verdict import Verdict
    from missent.memory.snapshot import Snapshot

    Pairs = list[tuple[str, str]]

_NOW = 1_700_000_000
_ROUNDS = 7
_ASKED = 500  # a round; never the same question twice
_OF_NEW = 5  # in the Enron mail; one of ten where enron.com sent it
_TRIED = 6 * _ROUNDS * _ASKED


class Loaded(NamedTuple):
    """What loading takes: seconds by the clock and of one core, and MB."""

    pairs: int
    clock: float
    core: float
    warm: float
    before: float
    size: float
    size_warm: float


class Asked(NamedTuple):
    """What a question takes: microseconds of one core, of the best round and of the middle one."""

    what: str
    least: float
    median: float
    found: float
    """The share of questions that something was found about."""


async def measure(path: str) -> tuple[Loaded, list[Asked]]:
    """Load the store, and ask it."""
    before = resident()
    start, busy = time.perf_counter(), time.process_time()
    memory = await Memory.open(f"sqlite:///{path}", own_domains=frozenset({OWN}))
    clock, core = time.perf_counter() - start, time.process_time() - busy
    size = resident()
    await memory._keeping.warmed()  # noqa: SLF001  to be measured
    warm = time.perf_counter() - start
    loaded = Loaded(memory.pairs, clock, core, warm, before, size, resident())
    view, snapshot = memory.view(), memory._keeping.overlay.snapshot  # noqa: SLF001  for known names
    screen = build(history=view).screen
    asked = [
        _timed(what, lambda one: screen(one, _NOW), pairs)
        for what, pairs in _questions(view, snapshot).items()
    ]
    await memory.close()
    return loaded, asked


def _timed(what: str, screen: Callable[[Message], Verdict], pairs: Pairs) -> Asked:
    made = [
        Message(Address.parse(sender), (Recipient(Address.parse(address)),))
        for sender, address in pairs
    ]
    rounds = [made[n : n + _ASKED] for n in range(0, len(made), _ASKED)]
    took = sorted(timed(screen, some) for some in rounds)
    found = sum(bool(screen(one).recipients[0].findings) for one in rounds[-1])
    return Asked(what, took[0], took[len(took) // 2], found / len(rounds[-1]))


def _questions(view: Correspondence, snapshot: Snapshot) -> dict[str, Pairs]:
    chance = random.Random(SEED + 1)
    pairs = dict.fromkeys(_pick(snapshot, chance) for _ in range(_TRIED))
    both: Pairs = []
    one_way: Pairs = []
    for pair in pairs:
        use = view.pair(*pair)
        if use is not None:
            (both if use.received else one_way).append(pair)
    most = _ROUNDS * _ASKED
    known = one_way[:most]
    domains = len(snapshot.domain_names)
    others = domain_names(random.Random(SEED), domains + 2 * len(known))[domains:]

    def at_known(pair: tuple[str, str]) -> tuple[str, str]:
        sender, address = pair
        return sender, f"{name(chance, 1, 3)}.{name(chance, 2, 4)}@{address.partition('@')[2]}"

    def at_unknown(pair: tuple[str, str]) -> tuple[str, str]:
        sender, address = pair
        return sender, f"{address.partition('@')[0]}@{others.pop()}"

    return {
        "a recipient who wrote back": both[:most],
        "a recipient written to, who never wrote": known,
        "a new mailbox at a known domain": list(map(at_known, known)),
        "any unknown domain": list(map(at_unknown, known)),
        "any new recipient, one of five at an unknown domain": [
            at_known(pair) if number % _OF_NEW else at_unknown(pair)
            for number, pair in enumerate(known)
        ],
        "a known domain with a letter left out": [(s, mistyped(a, chance)) for s, a in known],
        "a known mailbox with a letter doubled": [(s, mistyped_local(a, chance)) for s, a in known],
    }


def _pick(snapshot: Snapshot, chance: random.Random) -> tuple[str, str]:
    """Some pair that is known; the sender may be "", whom `_questions` leaves out."""
    place = chance.randrange(len(snapshot))
    address = bisect_right(snapshot.first_row, place) - 1
    number = bisect_right(snapshot.first_address, address) - 1
    senders = list(itertools.islice(snapshot.sender_numbers, SENDERS + 1))
    sender = senders[snapshot.senders[place]]
    return sender, f"{snapshot.locals[address]}@{snapshot.domain_names[number]}"
