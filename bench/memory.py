"""A memory of 1,000,000 contacts at 200,000 domains: loading it, its size, look-ups, decisions.

The contacts are made up (seeded): names of people and companies out of syllables, domains as
popular as Zipf says, 5,000 senders, a third of the pairs two-way. Beside it, in the same run and
over the same domain names: RapidFuzz scanning them all, and symspellpy. Each step has a process of
its own, so that its memory is its own. Run it by `python -m bench.memory [--contacts N]`.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Asked = list[tuple[str, str]]

T = TypeVar("T")
SEED = 20261123
NOW = 1_700_000_000
DOMAINS = 200_000
SENDERS = 5_000
QUERIES = 5_000
PEER_QUERIES = 300
OWN = "corp.example"
_CONSONANTS = ("b", "c", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z",
               "br", "ch", "st", "tr", "")  # fmt: skip
_REST = ("a", "e", "i", "o", "u", "an", "en", "er", "in", "on", "or", "el", "ai", "al", "ie")
_SYLLABLES = [one + other for one in _CONSONANTS for other in _REST]
_SUFFIXES = {
    "com": 50, "de": 12, "org": 9, "net": 8, "co.uk": 7, "fr": 5, "nl": 4, "com.br": 3, "it": 3,
    "edu": 2, "gov": 1, "io": 3, "eu": 2,
}  # fmt: skip


def main() -> int:
    """Run every step, and print the table."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--contacts", type=int, default=1_000_000)
    arguments.add_argument("--step", choices=["load", "peers"], help=argparse.SUPPRESS)
    arguments.add_argument("--store", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.step == "load":
        asyncio.run(load(options.store))
    elif options.step == "peers":
        peers(Path(options.store))
    else:
        run(options.contacts)
    return 0


def run(contacts: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "missent.db"
        start = time.perf_counter()
        asyncio.run(fill(path, contacts))
        took = time.perf_counter() - start
        size = path.stat().st_size
        print(f"{contacts:,} contacts at {DOMAINS:,} domains written in {took:.0f} s, "
              f"{size / 1e6:.0f} MB on disk")  # fmt: skip
        for step in ("load", "peers"):
            command = [sys.executable, "-m", "bench.memory", "--step", step, "--store", str(path)]
            subprocess.run(command, check=True)


# The contacts.


def name(chance: random.Random, least: int, most: int) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(least, most)))


def domain_names(chance: random.Random) -> list[str]:
    suffixes, weights = list(_SUFFIXES), list(_SUFFIXES.values())
    found: dict[str, None] = {}
    while len(found) < DOMAINS:
        label = name(chance, 2, 5)
        if chance.random() < 0.1:
            label += "-" + name(chance, 1, 3)
        if chance.random() < 0.1:
            label = f"{name(chance, 1, 2)}.{label}"
        found[f"{label}.{chance.choices(suffixes, weights)[0]}"] = None
    return list(found)


def rows(contacts: int) -> Iterator[tuple[str, str, str, int, int, int, int]]:
    """Pairs: domain, local part, sender, sent, first, last, received."""
    chance = random.Random(SEED)
    domains = domain_names(chance)
    first_names = [name(chance, 1, 3) for _ in range(2_000)]
    last_names = [name(chance, 2, 4) for _ in range(40_000)]
    senders = [f"{name(chance, 1, 3)}.{name(chance, 2, 4)}@{OWN}" for _ in range(SENDERS)]
    # Every domain has one contact; the others are where Zipf says.
    popular = list(itertools.accumulate(1 / rank for rank in range(1, DOMAINS + 1)))
    where = domains + chance.choices(domains, cum_weights=popular, k=contacts - DOMAINS)
    made = set()
    for domain in where:
        while True:
            one, other = chance.choice(first_names), chance.choice(last_names)
            local = chance.choice(
                (f"{one}.{other}", f"{one[0]}{other}", f"{one}{chance.randrange(99)}",
                 f"{one}_{other}", other)
            )  # fmt: skip
            pair = domain, local, chance.choice(senders)
            if pair not in made:
                break
        made.add(pair)
        sent = 1 + int(chance.expovariate(0.3))
        since = chance.randrange(1_500_000_000, 1_600_000_000)
        until = since + (chance.randrange(100_000_000) if sent > 1 else 0)
        yield (*pair, sent, since, until, sent // 2 if chance.random() < 1 / 3 else 0)


async def fill(path: Path, contacts: int) -> None:
    """Write them as learning would, without the digests of the messages."""
    from missent.memory.interface import Batch, Delta, Lesson  # noqa: PLC0415  each step loads its own
    from missent.memory.sql.store import SqlStore  # noqa: PLC0415

    store = await SqlStore.open(f"sqlite:///{path}")
    for batch in _batches(rows(contacts), 50_000):
        lessons = []
        for domain, local, sender, sent, since, until, received in batch:
            address = f"{local}@{domain}"
            deltas = [Delta(sender, address, since, sent=1, received=received)]
            if sent > 1:
                deltas.append(Delta(sender, address, until, sent=sent - 1))
            lessons.append(Lesson(tuple(deltas)))
        await store.write(Batch(lessons))
    await store.close()


def _batches(given: Iterator[tuple[str, str, str, int, int, int, int]], size: int) -> Iterator[
    list[tuple[str, str, str, int, int, int, int]]
]:  # fmt: skip
    while batch := list(itertools.islice(given, size)):
        yield batch


# missent.


async def load(path: str) -> None:
    """Load the store, and ask it."""
    from missent.app import build  # noqa: PLC0415  each step loads its own
    from missent.core.address import Address  # noqa: PLC0415
    from missent.core.message import Message, Recipient  # noqa: PLC0415
    from missent.memory.memory import Memory  # noqa: PLC0415

    before = resident()
    start, busy = time.perf_counter(), time.process_time()
    memory = await Memory.open(f"sqlite:///{path}", own_domains=frozenset({OWN}))
    loaded, busy = time.perf_counter() - start, time.process_time() - busy
    size = resident()
    await asyncio.wait([task for task in [memory._warming] if task])  # noqa: SLF001  to be measured
    warm = time.perf_counter() - start
    print(f"loaded in {loaded:.1f} s ({busy:.1f} s of one core), large domains indexed after"
          f" {warm:.1f} s;\nresident {size:.0f} MB loaded, {resident():.0f} MB warm, of which"
          f" {before:.0f} MB before")  # fmt: skip
    chance = random.Random(SEED + 1)
    snapshot = memory._overlay.snapshot  # noqa: SLF001  to take known names from
    pairs = [pick(snapshot, chance) for _ in range(4 * QUERIES)]
    view = memory.view()
    mutual = [pair for pair in pairs if (use := view.pair(*pair)) and use.received][:QUERIES]
    known = [pair for pair in pairs if (use := view.pair(*pair)) and not use.received][:QUERIES]
    unknown = [(sender, mistyped(address, chance)) for sender, address in known]
    slips = [(sender, mistyped_local(address, chance)) for sender, address in known]

    def domain(address: str) -> str:
        return address.rpartition("@")[2]

    print(f"\n{'microseconds of one core':<28}{'two-way':>10}{'known':>10}{'unknown':>10}")
    asked = mutual, known, unknown
    row("pair", view.pair, *asked)
    row("address", lambda _, a: view.address(a), *asked)
    row("domain", lambda _, a: view.domain(domain(a)), *asked)
    row("sender and domain", lambda s, a: view.sender_domain(s, domain(a)), *asked)
    row("names near the domain", lambda _, a: list(view.domains_near(domain(a))), *asked)
    row(
        "local parts near",
        lambda _, a: list(view.locals_near(domain(a), a.rpartition("@")[0])),
        mutual, known, slips,
    )  # fmt: skip
    app = build(history=view)
    for title, some in (("whole decision", asked), ("the same, local part wrong", (slips,))):
        messages = [
            [Message(Address.parse(s), (Recipient(Address.parse(a)),)) for s, a in pairs_]
            for pairs_ in some
        ]
        figures = [timed(lambda one: app.screen(one, NOW), some_) for some_ in messages]
        show(title, figures)
    await memory.close()


def pick(snapshot: object, chance: random.Random) -> tuple[str, str]:
    """Some pair that is known."""
    from bisect import bisect_right  # noqa: PLC0415

    from missent.memory.snapshot import Snapshot  # noqa: PLC0415

    assert isinstance(snapshot, Snapshot)  # noqa: S101  for mypy
    place = chance.randrange(len(snapshot))
    address = bisect_right(snapshot.first_row, place) - 1
    number = bisect_right(snapshot.first_address, address) - 1
    senders = list(itertools.islice(snapshot.sender_numbers, SENDERS + 1))
    sender = senders[snapshot.senders[place]]
    return sender, f"{snapshot.locals[address]}@{snapshot.domain_names[number]}"


def mistyped(address: str, chance: random.Random) -> str:
    """The address with one letter left out of its domain, so that it is still one."""
    local, _, domain = address.rpartition("@")
    places = [n for n in range(1, domain.rindex(".")) if domain[n - 1 : n + 2].isalpha()]
    place = chance.choice(places or [0])
    return f"{local}@{domain[:place]}{domain[place + 1 :]}"


def mistyped_local(address: str, chance: random.Random) -> str:
    """The address with one letter doubled in its local part."""
    local, _, domain = address.rpartition("@")
    place = chance.choice([place for place, letter in enumerate(local) if letter.isalnum()])
    return f"{local[: place + 1]}{local[place:]}@{domain}"


def row(label: str, ask: Callable[[str, str], object], *asked: Asked) -> None:
    show(label, [timed(lambda pair: ask(*pair), pairs) for pairs in asked])


def show(label: str, figures: Sequence[float]) -> None:
    columns = "".join(f"{figure:>10.1f}" for figure in figures)
    print(f"{label:<28}{columns:>30}", flush=True)


def resident() -> float:
    """Resident memory in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


# The peers.


def peers(path: Path) -> None:
    """The names near an unknown domain, by other means, over the same names."""
    import sqlite3  # noqa: PLC0415

    from rapidfuzz import process  # noqa: PLC0415
    from rapidfuzz.distance import DamerauLevenshtein  # noqa: PLC0415
    from symspellpy import SymSpell, Verbosity  # noqa: PLC0415

    connection = sqlite3.connect(path)
    names: Sequence[str] = [r[0] for r in connection.execute("SELECT DISTINCT domain FROM contact")]
    connection.close()
    chance = random.Random(SEED + 1)
    asked = [mistyped(f"x@{chance.choice(names)}", chance)[2:] for _ in range(PEER_QUERIES)]
    title = f"names near one of {len(names):,}"
    print(f"\n{title:<28}{'us':>10}{'MB more':>10}{'s before':>10}")
    before = resident()
    took = timed(lambda one: process.extractOne(
        one, names, scorer=DamerauLevenshtein.distance, score_cutoff=1), asked)  # fmt: skip
    print(
        f"{'RapidFuzz extractOne, a scan':<28}{took:>10.0f}{resident() - before:>10.0f}{0:>10.1f}"
    )
    start = time.perf_counter()
    spell = SymSpell(max_dictionary_edit_distance=1, prefix_length=16)
    for one in names:
        spell.create_dictionary_entry(one, 1)
    made = time.perf_counter() - start
    took = timed(lambda one: spell.lookup(one, Verbosity.ALL, 1), asked)
    print(f"{'symspellpy, one edit':<28}{took:>10.0f}{resident() - before:>10.0f}{made:>10.1f}")


def timed(ask: Callable[[T], object], asked: Sequence[T]) -> float:
    """Microseconds of one core a question."""
    start = time.process_time()
    for one in asked:
        ask(one)
    return (time.process_time() - start) / len(asked) * 1e6


if __name__ == "__main__":
    raise SystemExit(main())
