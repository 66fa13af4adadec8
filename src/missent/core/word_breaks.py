"""Where one word of a label may end and the next one begin: `ymca|houston`, `paine|hamblen`."""

from __future__ import annotations

from functools import cache, lru_cache

from missent.core.tables import rows

_SHORTEST = 3
_COMMON = 8000  # words of three letters beyond these ranks are mostly abbreviations


@cache
def _words() -> frozenset[str]:
    return frozenset(
        word
        for rank, word in enumerate(rows("words.txt"))
        if len(word) > _SHORTEST or (len(word) == _SHORTEST and rank < _COMMON)
    )


def is_word(text: str) -> bool:
    """Whether a text is a word of the language, no very short one."""
    return text in _words()


@lru_cache(maxsize=16384)
def breaks(label: str) -> frozenset[int]:
    """The places in a label before which, or after which, a word of the language stands."""
    words = _words()
    found = set()
    size = len(label)
    for i in range(2, size - 1):
        if label[:i] in words or label[i:] in words:
            found.add(i)
    return frozenset(found)
