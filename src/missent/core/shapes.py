"""How a local part is built: `first.last`, `flast`, with digits; a domain's are built alike."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]{2,}")
_DIGITS = re.compile(r"\d+")


@lru_cache(maxsize=16384)
def shape(local: str) -> str:
    """The local part with each word as `w`, each number as `9`; single letters are `a`."""
    letters = "".join("a" if c.isalpha() else c for c in local)
    return _DIGITS.sub("9", _WORD.sub("w", letters))
