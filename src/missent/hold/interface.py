"""What every store of held messages does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.hold.held import Held, Pick, Place, Record, Step
    from missent.hold.jobs import Claim, Job, Kind, Laid, Task
    from missent.hold.machine import Refused, State


class HoldStore(Protocol):
    """Keeps held messages and what waits to be sent. Methods raise `StoreError` when it fails.

    Users may be many processes on many hosts; each call is one transaction, durable on return.
    tests/contract/test_hold.py is the contract that every store must keep.
    """

    async def keep(self, record: Record, claim: Claim | None = None) -> Laid:
        """Keep a message and the task to ask its sender, claimed at once where one says so.

        Where the same message of the same sender to the same recipients is held already, or was
        sent since, that one's name is returned and nothing is added: its sender's system sent it
        again because it did not hear our answer. After a discard it is a new one.
        """

    async def drop(self, name: str) -> bool:
        """Take a message back that nobody was asked about yet; whether that was so."""

    async def message(self, name: str) -> Held | None:
        """A held message, also when it is no longer; None for an unknown name."""

    async def sealed(self, name: str) -> bytes | None:
        """Its encrypted content; None where it was thrown away, as nobody needs it any more."""

    async def messages(
        self, *, every: bool = False, after: Place | None = None, limit: int = 1000
    ) -> Sequence[Held]:
        """Messages with a recipient that is held (or all), the oldest first.

        Args:
            every: also those that were decided about.
            after: `Held.place` of the last one of the page before, which may be gone.
            limit: how many at most.
        """

    async def waiting(self) -> int:
        """How many messages have a recipient that is held."""

    async def naming(self, key: str) -> Sequence[Held]:
        """Messages whose sender, recipient, target or suggestion is an address (`Address.key`)."""

    async def forget(self, key: str) -> tuple[int, int]:
        """Take away the record of such messages: how many; and how many are under way, and stay."""

    async def steps(self, name: str) -> Sequence[Step]:
        """The record of a message, in order."""

    async def record(self, name: str, step: Step) -> None:
        """Add to the record of a message."""

    async def kept_since(self, sender: str, at: int) -> int:
        """How many messages of a sender were kept since then."""

    async def choose(self, pick: Pick) -> State | Refused | None:
        """Carry out a choice: the new state, or why not; None where there is no such recipient.

        What is released gets a task, and what its sender said of the address is remembered, in
        the same transaction.
        """

    async def expire(self, at: int, who: str) -> int:
        """Expire what is due, with a task to tell each sender; return how many recipients."""

    async def enqueue(self, task: Task) -> None:
        """Keep a task."""

    async def claim(self, kinds: Sequence[Kind], claim: Claim, limit: int) -> Sequence[Job]:
        """Take jobs that are due and that nobody has."""

    async def renew(self, numbers: Sequence[int], claimer: str, until: int) -> int:
        """Keep jobs for longer; how many of them were still the claimer's."""

    async def done(self, job: Job, claimer: str, step: Step) -> bool:
        """End a job, and record how it went; False where it is no longer ours."""

    async def failed(self, job: Job, claimer: str, step: Step, then: Task | None) -> bool:
        """End a job that failed for good, with a task to tell of it; False likewise."""

    async def later(self, job: Job, claimer: str, at: int) -> bool:
        """Give a job back, to be tried again then; False likewise."""

    async def due(self) -> int | None:
        """When the next job is due; None where there is none."""

    async def tidy(self, before: int) -> int:
        """Take away what was decided and done with before that moment; return how many."""
