"""What every store of the memory does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from missent.memory.decided import EVERY_DECISION, Decision, Judgement, Page, Sought

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Collection, Mapping, Sequence

    from missent.core.facts import DomainFacts
    from missent.core.finding import Json
    from missent.core.permission import Permission
    from missent.memory.counted import Day, Overridden, Slip, Tally
    from missent.memory.learned import Changes, Contact, Correction, Head, Lesson, Written

DAY = 86_400  # seconds


@dataclass(frozen=True, slots=True)
class Batch:
    """What is written in one transaction: all of it or nothing."""

    lessons: Sequence[Lesson] = ()
    corrections: Sequence[Correction] = ()
    decisions: Sequence[Decision] = ()
    tally: Tally = field(default_factory=dict)
    overridden: Sequence[Overridden] = ()

    def __bool__(self) -> bool:
        return bool(
            self.lessons or self.corrections or self.decisions or self.tally or self.overridden
        )


@dataclass(frozen=True, slots=True)
class StoredException:
    """An exception of the organisation, as the store keeps it."""

    number: int
    permission: Permission
    created: int


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows of each kind were taken away."""

    rows: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.rows.values())


class Store(Protocol):
    """Keeps what was learned. Every method raises `StoreError` when the store cannot be had.

    Writers may be many processes; each call is one transaction, and a reader sees all of it or
    nothing. tests/contract/test_store.py is the contract that every store must keep.
    """

    async def head(self) -> Head:
        """Where the store stands."""

    def stale(self) -> bool | None:
        """Whether somebody wrote since the last `changes`: others, and perhaps we ourselves.

        It costs microseconds and never waits. None where it cannot be told now.
        """

    async def write(self, batch: Batch) -> Written:
        """Write durably."""

    def contacts(self) -> AsyncGenerator[Sequence[Contact]]:
        """All contacts in batches, ordered by domain, local part and sender (by code point)."""

    async def look_up(
        self,
        *,
        domain: str = "",
        local: str | None = None,
        sender: str | None = None,
        after: tuple[str, str, str] | None = None,
        limit: int = 100,
    ) -> Sequence[Contact]:
        """Contacts that fit all that is given, in the order of `contacts`.

        Args:
            domain: addresses of this domain.
            local: with this local part; of use with a domain.
            sender: of this sender.
            after: domain, local part and sender of the last one known.
            limit: how many at most.
        """

    async def corrections(self) -> Sequence[Correction]:
        """All corrections, the oldest first."""

    async def changes(self, since: int) -> Changes:
        """What is new since a `Head.change`; of use only while the generation is the same."""

    async def decisions(
        self, *, after: int = 0, limit: int = 1000, sought: Sought = EVERY_DECISION
    ) -> Sequence[tuple[int, Decision]]:
        """Decisions with their numbers, those above `after`, in the order they were recorded."""

    async def latest(
        self, *, before: int | None = None, limit: int = 50, sought: Sought = EVERY_DECISION
    ) -> Page:
        """Decisions, the newest first by their moment, those that come after number `before`."""

    async def decision(self, number: int) -> Decision | None:
        """One decision; None where there is none of that number."""

    async def judge(self, number: int, judgement: Judgement | None) -> bool:
        """Keep what a person says of a decision, or take it back; False where there is none."""

    async def days(self, since: int, until: int) -> Sequence[Day]:
        """The days from one to before another, as days since the epoch, that have a count."""

    async def slips(self, since: int, until: int, limit: int = 20) -> Sequence[Slip]:
        """What was typed for what on these days, those first that were most often averted."""

    async def tally(self, since: int, until: int) -> Tally:
        """What was counted on the days from one to before another, as days since the epoch."""

    async def allow(self, permission: Permission, at: int) -> int:
        """Add an exception, and return its number."""

    async def revoke(self, number: int) -> bool:
        """Take an exception away; False where there is none of that number."""

    async def exceptions(self) -> Sequence[StoredException]:
        """All exceptions, those that have expired as well, the oldest first."""

    async def attempted(
        self, purpose: str, sender: str, address: str, at: int, within: int
    ) -> int | None:
        """When something was first tried by a sender with an address, within so many seconds.

        None where this is the first time: it is recorded. `purpose` tells one such count from
        another. A sender's oldest attempts are dropped where there are very many.
        """

    async def drop_attempt(self, purpose: str, sender: str, address: str) -> None:
        """Forget an attempt, so that the next one is a first one again."""

    async def keep_facts(self, facts: Mapping[str, DomainFacts], at: int, ttl: int) -> None:
        """Keep what the DNS said of some domains, for `ttl` seconds from `at`."""

    async def facts(self, domains: Collection[str], at: int) -> Mapping[str, DomainFacts]:
        """What is kept of these domains and has not run out at that moment."""

    async def forget(self, address: str) -> Erased:
        """Take away every row that names this address (`Address.key`)."""

    async def expire(self, before: int) -> Erased:
        """Take away what was last used, decided or learned before that moment."""

    def export(self, address: str | None = None) -> AsyncGenerator[Mapping[str, Json]]:
        """All that is kept (about one address), each row as plain JSON values with its `kind`."""

    async def close(self) -> None:
        """Close every connection."""
