"""How much a label looks like a name that somebody chose: made of words, or a jumble."""

from __future__ import annotations

from functools import cache, lru_cache
from math import log

from missent.core.tables import rows

_LONGEST_WORD = 14
_FIRST_RANK = 2.4  # -log of the share of the most frequent word, by Zipf's law over the list
_UNKNOWN = 6.0  # starting a stretch that is no word
_LETTER = 4.2  # each letter of it


@cache
def _costs() -> dict[str, float]:
    return {word: _FIRST_RANK + log(rank) for rank, word in enumerate(rows("words.txt"), 1)}


@lru_cache(maxsize=16384)
def jumble(label: str) -> float:
    """The cost, in nats, of the cheapest way to cut a label into words and other stretches."""
    costs = _costs()
    size = len(label)
    best = [0.0] + [float("inf")] * size
    for start in range(size):
        here = best[start]
        for end in range(start + 1, min(size, start + _LONGEST_WORD) + 1):
            cost = costs.get(label[start:end])
            if cost is None:
                cost = _UNKNOWN + _LETTER * (end - start)
            best[end] = min(best[end], here + cost)
    return best[size]
