"""The store of held messages, in the database of the memory: SQLite or PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from missent.hold.held import Held, Pick, Record, Step
from missent.hold.machine import Choice, State, Way
from missent.hold.sql import choosing, jobs, keeping, naming, rows
from missent.hold.sql.tables import held_content, held_step
from missent.hold.sql.together import Together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.hold.held import Held, Place, Record
    from missent.hold.jobs import Claim, Job, Kind, Laid, Task
    from missent.hold.machine import Refused
    from missent.memory.sql.store import SqlStore

_AT_ONCE = 500  # recipients that expire in one go


class SqlHold:
    """The one implementation; see `HoldStore` for what its methods do."""

    def __init__(self, store: SqlStore) -> None:
        """Use a store that is open, and stays so for as long."""
        self._store = store
        self._keeps = Together(store, keeping.keep_all)
        self._ends = Together(store, jobs.end_all)

    async def keep(self, record: Record, claim: Claim | None = None) -> Laid:
        """Keep a message and the task to ask its sender."""
        return await self._keeps.do((record, claim), len(record.sealed))

    async def drop(self, name: str) -> bool:
        """Take a message back that nobody was asked about yet."""
        async with self._store.writing() as connection:
            return await keeping.drop(connection, name)

    async def message(self, name: str) -> Held | None:
        """A held message, also when it is no longer."""
        async with self._store.reading() as connection:
            return await keeping.message(connection, name)

    async def sealed(self, name: str) -> bytes | None:
        """Its encrypted content."""
        query = select(held_content.c.sealed).where(held_content.c.message == name)
        async with self._store.reading() as connection:
            found: bytes | None = await connection.scalar(query)
        return found

    async def messages(
        self, *, every: bool = False, after: Place | None = None, limit: int = 1000
    ) -> Sequence[Held]:
        """Messages with a recipient that is held (or all), the oldest first."""
        async with self._store.reading() as connection:
            return await keeping.messages(connection, every=every, after=after, limit=limit)

    async def waiting(self) -> int:
        """How many messages have a recipient that is held."""
        async with self._store.reading() as connection:
            return await keeping.waiting(connection)

    async def naming(self, key: str) -> Sequence[Held]:
        """Messages that name an address (`Address.key`)."""
        async with self._store.reading() as connection:
            names = sorted(await naming.naming(connection, key))
            found = [await keeping.message(connection, name) for name in names]
        return [held for held in found if held is not None]

    async def forget(self, key: str) -> tuple[int, int]:
        """Take away the record of messages that name an address: how many; how many wait still."""
        async with self._store.writing() as connection:
            return await naming.forget(connection, key)

    async def steps(self, name: str) -> Sequence[Step]:
        """The record of a message, in order."""
        query = select(held_step).where(held_step.c.message == name).order_by(held_step.c.number)
        async with self._store.reading() as connection:
            return [rows.step(row) for row in await connection.execute(query)]

    async def record(self, name: str, step: Step) -> None:
        """Add to the record of a message."""
        async with self._store.writing() as connection:
            await keeping.record(connection, name, step)

    async def kept_since(self, sender: str, at: int) -> int:
        """How many messages of a sender were kept since then."""
        async with self._store.reading() as connection:
            return await keeping.kept_since(connection, sender, at)

    async def choose(self, pick: Pick) -> State | Refused | None:
        """Carry out a choice: the new state, or why not."""
        async with self._store.writing() as connection:
            found, lesson = await choosing.choose(connection, pick)
            if lesson is not None:
                await self._store.learn(connection, lesson)
            return found

    async def expire(self, at: int, who: str) -> int:
        """Expire what is due, with a task to tell each sender."""
        async with self._store.reading() as connection:
            due = await choosing.due(connection, at, _AT_ONCE)
        count = 0
        for name, number in due:
            pick = Pick(name, number, Choice.EXPIRE, Way.TIME, who, at)
            count += await self.choose(pick) is State.EXPIRED
        return count

    async def enqueue(self, task: Task) -> None:
        """Keep a task."""
        async with self._store.writing() as connection:
            await keeping.enqueue(connection, task)

    async def claim(self, kinds: Sequence[Kind], claim: Claim, limit: int) -> Sequence[Job]:
        """Take jobs that are due and that nobody has."""
        async with self._store.writing() as connection:
            return await jobs.claim(connection, kinds, claim, limit)

    async def renew(self, numbers: Sequence[int], claimer: str, until: int) -> int:
        """Keep jobs for longer."""
        async with self._store.writing() as connection:
            return await jobs.renew(connection, numbers, claimer, until)

    async def done(self, job: Job, claimer: str, step: Step) -> bool:
        """End a job, and record how it went."""
        return await self._ends.do(jobs.End(job, claimer, step))

    async def failed(self, job: Job, claimer: str, step: Step, then: Task | None) -> bool:
        """End a job that failed for good, with a task to tell of it."""
        return await self._ends.do(jobs.End(job, claimer, step, then))

    async def later(self, job: Job, claimer: str, at: int) -> bool:
        """Give a job back, to be tried again then."""
        async with self._store.writing() as connection:
            return await jobs.later(connection, job, claimer, at)

    async def due(self) -> int | None:
        """When the next job is due."""
        async with self._store.reading() as connection:
            return await jobs.due(connection)

    async def tidy(self, before: int) -> int:
        """Take away what was decided and done with before that moment."""
        async with self._store.writing() as connection:
            return await keeping.tidy(connection, before)
