"""Contacts that nobody has: names of people and companies out of syllables, seeded.

A domain for five contacts, as popular as Zipf says, 5,000 senders, a third of the pairs two-way.
"""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING

from missent.memory.interface import Batch
from missent.memory.learned import Delta, Lesson
from missent.memory.sql.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEED = 20261123
DOMAINS = 200_000  # of a million contacts
SENDERS = 5_000
OWN = "corp.example"
_CONSONANTS = ("b", "c", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z",
               "br", "ch", "st", "tr", "")  # fmt: skip
_REST = ("a", "e", "i", "o", "u", "an", "en", "er", "in", "on", "or", "el", "ai", "al", "ie")
_SYLLABLES = [one + other for one in _CONSONANTS for other in _REST]
_SUFFIXES = {
    "com": 50, "de": 12, "org": 9, "net": 8, "co.uk": 7, "fr": 5, "nl": 4, "com.br": 3, "it": 3,
    "edu": 2, "gov": 1, "io": 3, "eu": 2,
}  # fmt: skip


def domains_for(contacts: int) -> int:
    """How many domains so many contacts have."""
    return contacts // 5


def name(chance: random.Random, least: int, most: int) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(least, most)))


def domain_names(chance: random.Random, count: int = DOMAINS) -> list[str]:
    """So many domains, each once; more of them begin with the same ones."""
    suffixes, weights = list(_SUFFIXES), list(_SUFFIXES.values())
    found: dict[str, None] = {}
    while len(found) < count:
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
    domains = domain_names(chance, domains_for(contacts))
    first_names = [name(chance, 1, 3) for _ in range(2_000)]
    last_names = [name(chance, 2, 4) for _ in range(40_000)]
    senders = [f"{name(chance, 1, 3)}.{name(chance, 2, 4)}@{OWN}" for _ in range(SENDERS)]
    # Every domain has one contact; the others are where Zipf says.
    popular = list(itertools.accumulate(1 / rank for rank in range(1, len(domains) + 1)))
    where = domains + chance.choices(domains, cum_weights=popular, k=contacts - len(domains))
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
    """Write them as learning would, without the digests of the messages.

    Who wrote to a sender wrote to the organisation: that is a row of its own.
    """
    store = await SqlStore.open(f"sqlite:///{path}")
    made = rows(contacts)
    while batch := list(itertools.islice(made, 50_000)):
        lessons = []
        for domain, local, sender, sent, since, until, received in batch:
            address = f"{local}@{domain}"
            deltas = [Delta(sender, address, since, sent=1, received=received)]
            if sent > 1:
                deltas.append(Delta(sender, address, until, sent=sent - 1))
            if received:
                deltas.append(Delta("", address, until, received=received))
            lessons.append(Lesson(tuple(deltas)))
        await store.write(Batch(lessons))
    await store.close()


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
