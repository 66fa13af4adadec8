"""Two halves of the domains in the labelled corpus: A to fit to, B to report on."""

from __future__ import annotations

import hashlib
from typing import Literal

from missent.core import suffixes


def half(meant: str) -> Literal["A", "B"]:
    """The half that a meant domain belongs to, with all names below it."""
    registrable = suffixes.split(meant).registrable
    digest = hashlib.sha1(registrable.encode()).hexdigest()  # noqa: S324  no secret
    return "A" if int(digest, 16) % 2 else "B"
