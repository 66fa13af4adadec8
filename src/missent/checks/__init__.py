"""LOOKS. Pure. One file, one code."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from missent.core.check import Check

# Every check, by its code. A new one is written in a file of its own and added here.
ALL: tuple[type[Check], ...] = ()
