"""How a local part is built: `first.last`, `flast`, with digits; a domain's are built alike."""

from __future__ import annotations

import re
from functools import lru_cache
from string import ascii_letters, digits

_WORD = re.compile(r"[^\W\d_]{2,}")
_DIGITS = re.compile(r"\d+")
_PLAIN = str.maketrans(ascii_letters + digits, "a" * len(ascii_letters) + "9" * len(digits))


def shape(local: str) -> str:
    """The local part with each word as `w`, each number as `9`; single letters are `a`."""
    if local.isascii():
        return _shortened(local.translate(_PLAIN))
    return _shortened("".join("a" if c.isalpha() else c for c in local))


# Local parts have some hundred forms: hardly any is made anew.
@lru_cache(maxsize=4096)
def _shortened(letters: str) -> str:
    return _DIGITS.sub("9", _WORD.sub("w", letters))
