"""The benchmark of the memory, run small: what it measures is what it says."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from typing import TYPE_CHECKING

from bench.memory import questions
from bench.memory.__main__ import page
from bench.memory.made import fill, mistyped, mistyped_local, rows
from missent.core.address import Address

if TYPE_CHECKING:
    from pathlib import Path

CONTACTS = 3_000


def test_contacts_are_as_many_as_asked_for_each_once_and_always_the_same() -> None:
    made = list(rows(CONTACTS))
    assert len({row[:3] for row in made}) == len(made) == CONTACTS
    assert made == list(rows(CONTACTS))
    at = Counter(domain for domain, *_ in made)
    assert len(at) == CONTACTS // 5
    assert at.most_common(1)[0][1] > CONTACTS / 20  # Zipf
    both = sum(received > 0 for *_, received in made)
    assert 0.15 < both / CONTACTS < 0.4  # a third, less those who were written to once


def test_a_slip_is_one_letter_away_and_still_an_address() -> None:
    chance = random.Random(1)  # noqa: S311  seeded
    for domain, local, *_ in itertools.islice(rows(CONTACTS), 500):
        address = Address.parse(f"{local}@{domain}")
        other = Address.parse(mistyped(str(address), chance))
        assert other.local == address.local
        shorter = {domain[:n] + domain[n + 1 :] for n in range(len(domain))}
        assert other.domain.name in shorter
        assert domain not in shorter
        doubled = Address.parse(mistyped_local(str(address), chance))
        assert doubled.domain == address.domain
        longer = {local[: n + 1] + local[n:] for n in range(len(local))}
        assert doubled.local in longer


def test_every_question_is_asked_about_what_it_names_and_the_page_has_the_figures(
    tmp_path: Path,
) -> None:
    asyncio.run(fill(tmp_path / "missent.db", CONTACTS))
    loaded, asked = asyncio.run(questions.measure(str(tmp_path / "missent.db")))
    made = list(rows(CONTACTS))
    wrote_here = {(domain, local) for domain, local, *_, received in made if received}
    assert loaded.pairs == len(made) + len(wrote_here)
    assert 0 < loaded.before < loaded.size <= loaded.size_warm
    assert 0 < loaded.core < 60
    assert 0 < loaded.clock <= loaded.warm
    assert len(asked) == 7
    assert all(0 < one.least <= one.median for one in asked)
    share = {one.what: one.found for one in asked}
    assert share["a recipient who wrote back"] == 0
    assert share["a known domain with a letter left out"] > 0.5
    assert share["any unknown domain"] < share["a known domain with a letter left out"]
    found = {"questions": (loaded, asked), "peers": [("a peer", 1234.4, 5.2, 0.34)]}
    text = "\n".join(page(CONTACTS, found, 7.1, 8.2, [0.5, 0.25]))
    assert "took 0.25 to 0.50 s of one core" in text
    assert f"3,000 made-up contacts at 600 domains ({loaded.pairs:,} rows" in text
    assert "| a peer | 1,234 | 5 | 0.3 |" in text
    for one in asked:
        row = f"| {one.what} | {one.least:.1f} | {one.median:.1f} | {one.found:.0%} |"
        assert row in text
