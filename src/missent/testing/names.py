"""Answers of the DNS written out, for tests that need no server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.facts import Unknown
from missent.dns.interface import Records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from missent.dns.interface import Kind

Said = tuple[str, ...]


class Recorded:
    """An `Asker` that knows some names; any other is NXDOMAIN.

    Args:
        names: what is said of each name, by kind; a kind that is not there is NODATA. In place of
            the kinds, why nothing is known of the name.

    Attributes:
        asked: every question so far.
    """

    def __init__(self, names: Mapping[str, Mapping[Kind, Said] | str]) -> None:
        self.names = dict(names)
        self.asked: list[tuple[str, Kind]] = []

    async def ask(self, name: str, kind: Kind) -> Records | Unknown:
        """Answer as written."""
        self.asked.append((name, kind))
        said = self.names.get(name)
        if said is None:
            return Records(exists=False)
        if isinstance(said, str):
            return Unknown(said)
        return Records(said.get(kind, ()), ttl=300)

    async def close(self) -> None:
        """Nothing is open."""
