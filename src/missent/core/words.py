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
    cost_of = _costs().get
    best = [0.0]  # of the letters before each place
    jumbled = [_UNKNOWN]  # the same with a stretch that begins there, less what letters cost so far
    for end in range(1, len(label) + 1):
        first = max(end - _LONGEST_WORD, 0)
        cheapest = min(jumbled[first:end]) + _LETTER * end
        for start in range(first, end):
            word = cost_of(label[start:end])
            if word is not None:
                cheapest = min(cheapest, best[start] + word)
        best.append(cheapest)
        jumbled.append(cheapest + _UNKNOWN - _LETTER * end)
    return best[-1]
