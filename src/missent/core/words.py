"""How much a label looks like a name that somebody chose: made of words, or a jumble."""

# ruff: noqa: PLR1730  a call of min() takes longer than the comparison, in the innermost loop
from __future__ import annotations

from functools import cache, lru_cache
from math import inf, log
from typing import NamedTuple

from missent.core.tables import rows

_LONGEST = 14  # neither a word nor another stretch is longer
_STEM = 4
_FIRST_RANK = 2.4  # -log of the share of the most frequent word, by Zipf's law over the list
_UNKNOWN = 6.0  # starting a stretch that is no word
_LETTER = 4.2  # each letter of it


class _Words(NamedTuple):
    """What is known of words.

    Attributes:
        costs: what each costs.
        longest: how long a word may be, by its first letters.
    """

    costs: dict[str, float]
    longest: dict[str, int]


@cache
def _words() -> _Words:
    words = rows("words.txt")
    costs = {word: _FIRST_RANK + log(rank) for rank, word in enumerate(words, 1)}
    longest = {word[:_STEM]: min(len(word), _LONGEST) for word in sorted(words, key=len)}
    return _Words(costs, longest)


@lru_cache(maxsize=16384)
def jumble(label: str) -> float:
    """The cost, in nats, of the cheapest way to cut a label into words and other stretches."""
    words = _words()
    cost_of, longest = words.costs.get, words.longest.get
    size = len(label)
    with_word = [inf] * (size + 1)  # by the end of the word
    here = 0.0  # of the letters up to here
    jumbled = [_UNKNOWN]  # the same with a stretch that begins there, less what letters cost so far
    least = _UNKNOWN
    for start in range(size):
        farthest = start + longest(label[start : start + _STEM], _STEM - 1)
        if farthest > size:
            farthest = size
        for end in range(start + 1, farthest + 1):
            word = cost_of(label[start:end])
            if word is not None and here + word < with_word[end]:
                with_word[end] = here + word
        end = start + 1
        if end > _LONGEST:
            least = min(jumbled[end - _LONGEST : end])
        letters = _LETTER * end
        here = least + letters
        if with_word[end] < here:
            here = with_word[end]
        begun = here + _UNKNOWN - letters
        jumbled.append(begun)
        if begun < least:
            least = begun
    return here
