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
_MOST_BEGINNINGS = 65536  # kept; there are some two million
_LETTER = 4.2  # each letter of it


@cache
def _words() -> dict[str, float]:
    """What each word costs."""
    return {word: _FIRST_RANK + log(rank) for rank, word in enumerate(rows("words.txt"), 1)}


class _Begun(NamedTuple):
    """The words that begin with some letters.

    Attributes:
        within: those within these letters, each as its length and cost.
        longer: the lengths of the longer ones.
    """

    within: tuple[tuple[int, float], ...]
    longer: tuple[int, ...]


class _Beginnings(dict[str, "_Begun | None"]):
    """What the next letters, up to four of them, say of the words that may begin here."""

    def __init__(self) -> None:
        words = _words()
        longer: dict[str, set[int]] = {}
        for word in words:
            lengths = longer.setdefault(word[:_STEM], set())
            if _STEM < len(word) <= _LONGEST:
                lengths.add(len(word))
        for letters, lengths in longer.items():
            ends = range(1, len(letters) + 1)
            within = [(end, words[letters[:end]]) for end in ends if letters[:end] in words]
            self[letters] = _Begun(tuple(within), tuple(sorted(lengths)))

    def __missing__(self, letters: str) -> _Begun | None:
        begun = self[letters[:-1]] if len(letters) > 1 else None
        if begun is not None and begun.longer:  # those begin with other letters
            begun = _Begun(begun.within, ())
        if len(self) < _MOST_BEGINNINGS:
            self[letters] = begun
        return begun


@cache
def _beginnings() -> _Beginnings:
    return _Beginnings()


@lru_cache(maxsize=16384)
def jumble(label: str) -> float:  # noqa: C901  a call for each letter takes a tenth longer
    """The cost, in nats, of the cheapest way to cut a label into words and other stretches."""
    begun_with, cost_of = _beginnings(), _words().get
    size = len(label)
    with_word = [inf] * (size + 1)  # by the end of the word
    here = 0.0  # of the letters up to here
    jumbled = [_UNKNOWN]  # the same with a stretch that begins there, less what letters cost so far
    least = _UNKNOWN
    for start in range(size):
        begun = begun_with[label[start : start + 4]]
        if begun is not None:
            within, longer = begun
            for length, word in within:
                end = start + length
                if here + word < with_word[end]:
                    with_word[end] = here + word
            for length in longer:
                end = start + length
                if end > size:
                    break
                cost = cost_of(label[start:end])
                if cost is not None and here + cost < with_word[end]:
                    with_word[end] = here + cost
        end = start + 1
        if end > _LONGEST:
            least = min(jumbled[end - _LONGEST : end])
        letters = _LETTER * end
        here = least + letters
        if with_word[end] < here:
            here = with_word[end]
        stretch = here + _UNKNOWN - letters
        jumbled.append(stretch)
        if stretch < least:
            least = stretch
    return here
