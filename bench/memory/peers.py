"""The known names near a mistyped one, by other means: each its microseconds, MB and seconds."""

from __future__ import annotations

import random
import time
from importlib.metadata import version
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from symspellpy import SymSpell, Verbosity

from bench.memory.made import SEED, mistyped
from bench.memory.measures import resident, timed

if TYPE_CHECKING:
    from collections.abc import Sequence

_QUERIES = 300  # a scan takes milliseconds


def measure(names: Sequence[str]) -> list[tuple[str, float, float, float]]:
    """Ask the peers: what they are, microseconds a question, MB more, seconds to get ready."""
    chance = random.Random(SEED + 1)
    asked = [mistyped(f"x@{chance.choice(names)}", chance)[2:] for _ in range(_QUERIES)]
    before = resident()
    scan = timed(
        lambda one: process.extractOne(
            one, names, scorer=DamerauLevenshtein.distance, score_cutoff=1
        ),
        asked,
    )
    scanned = resident() - before
    start = time.process_time()
    spell = SymSpell(max_dictionary_edit_distance=1, prefix_length=16)
    for one in names:
        spell.create_dictionary_entry(one, 1)
    made = time.process_time() - start
    looked_up = timed(lambda one: spell.lookup(one, Verbosity.ALL, 1), asked)
    return [
        (f"RapidFuzz {version('rapidfuzz')}, a scan for one edit", scan, scanned, 0.0),
        (f"symspellpy {version('symspellpy')}, one edit", looked_up, resident() - before, made),
    ]
