"""One question to a name server, as its log tells of it."""

from __future__ import annotations

from typing import NamedTuple

KINDS = frozenset({"MX", "A", "AAAA"})


class Query(NamedTuple):
    """A question.

    Attributes:
        day: `2026-11-25`; UTC where the log says it, otherwise the log's own time.
        client: the resolver's IP address.
        name: in lower case, without the last dot.
        kind: `MX`, `A` or `AAAA`.
        exists: False where the log says NXDOMAIN, True where it says another answer; None where it
            has questions only.
    """

    day: str
    client: str
    name: str
    kind: str
    exists: bool | None = None
