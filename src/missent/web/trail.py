"""The trail: who did what, when; it is only ever added to.

Every entry holds the SHA-256 of itself and of the one before, so that a change of one entry breaks
every later one. Who can write to the store can make a whole new chain; therefore each digest is
also written to the log, and an export that is kept elsewhere can be compared (`missent trail
verify`).
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

START = "0" * 64  # the digest before the first entry


class Entry(NamedTuple):
    """One thing that was done.

    Attributes:
        number: counted from 1, without gaps.
        at: in seconds since the epoch.
        who: `Principal.name`, or `NAME (shell)` for a command on the machine itself.
        action: a verb and its subject, such as `release held` or `sign in`.
        object: what it was done to: a name or number, never a content.
        detail: what else is worth knowing.
        digest: SHA-256 in hexadecimal of all this and the digest before.
    """

    number: int
    at: int
    who: str
    action: str
    object: str
    detail: str
    digest: str


class Trail(Protocol):
    """Keeps the entries. There is no way to change or delete one."""

    async def record(
        self,
        who: str,
        action: str,
        object: str = "",  # noqa: A002  as the field
        detail: str = "",
        at: int | None = None,
    ) -> Entry:
        """Add an entry, durably.

        Raises:
            StoreError: it was not added; what it is about should then not be done.
        """

    async def rows(self, before: int | None = None, limit: int = 50) -> Sequence[Entry]:
        """The newest entries (below a number), the newest first."""

    async def entries(self, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """Entries above a number, the oldest first."""


def digest(previous: str, number: int, at: int, who: str, *rest: str) -> str:
    """The digest of an entry, from the digest before it and its fields in their order."""
    fields = json.dumps([previous, number, at, who, *rest], ensure_ascii=True)
    return sha256(fields.encode()).hexdigest()


def sealed(previous: str, entry: Entry) -> bool:
    """Whether an entry is the one that was written after `previous`."""
    return entry.digest == digest(previous, *entry[:-1])


def faults(entries: Iterable[Entry], previous: str = START, number: int = 0) -> Iterator[str]:
    """What is wrong with entries in their order, one line a fault.

    Args:
        entries: begin after the entry of this number and digest.
        previous: that digest.
        number: that number.
    """
    for entry in entries:
        if entry.number != number + 1:
            yield f"entry {number + 1} is missing: after {number} comes {entry.number}"
        elif not sealed(previous, entry):
            yield f"entry {entry.number} was changed, or one before it"
        number, previous = entry.number, entry.digest
