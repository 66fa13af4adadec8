"""Suffixes that people type for others: `.ml` for `.mil`, `.con` for `.com`, `couk` for `co.uk`."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from missent.core import suffixes
from missent.core.tables import rows

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def table() -> Mapping[str, tuple[str, ...]]:
    """The suffixes that may have been meant, the likeliest first, by the typed one."""
    split = (row.split() for row in rows("suffix_slips.txt"))
    return MappingProxyType({typed: tuple(meant) for typed, *meant in split})


def meant(typed: str) -> tuple[str, ...]:
    """The suffixes that people mean who type this one, the likeliest first."""
    return table().get(typed, ())


@cache
def typed_for(suffix: str) -> tuple[str, ...]:
    """The suffixes that people type who mean this one."""
    return tuple(typed for typed, all_meant in table().items() if suffix in all_meant)


def exists(suffix: str) -> bool:
    """Whether a suffix can be registered below, by the public suffix list."""
    parts = suffixes.split(f"a.{suffix}")
    return parts.known and parts.suffix == suffix
