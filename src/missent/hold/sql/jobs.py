"""What waits to be sent: claimed with a lease, renewed, ended or given back.

Every change names the claimer, so that one who lost his lease changes nothing any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, case, delete, func, insert, select, update

from missent.hold.jobs import Claim, Job, Kind, Task
from missent.hold.sql import keeping, rows
from missent.hold.sql.tables import held_recipient, held_step, outgoing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection

    from missent.hold.held import Step


async def claim(
    connection: AsyncConnection, kinds: Sequence[Kind], claim: Claim, limit: int
) -> list[Job]:
    """Take what is due and free; who comes at the same time takes others."""
    mine = outgoing.c
    free = (
        select(mine.number)
        .where(
            mine.next <= claim.at, mine.lease <= claim.at, mine.kind.in_([k.value for k in kinds])
        )
        .order_by(mine.next, mine.number)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = await connection.execute(
        update(outgoing)
        .where(mine.number.in_(free.scalar_subquery()))
        .values(claimer=claim.claimer, lease=claim.until)
        .returning(outgoing)
    )
    return sorted((rows.job(row) for row in taken), key=lambda job: job.number)


async def renew(
    connection: AsyncConnection, numbers: Sequence[int], claimer: str, until: int
) -> int:
    """Keep jobs for longer, those that are still the claimer's."""
    ours = and_(outgoing.c.claimer == claimer, outgoing.c.number.in_(numbers))
    done = await connection.execute(update(outgoing).where(ours).values(lease=until))
    return done.rowcount


async def later(connection: AsyncConnection, job: Job, claimer: str, at: int) -> bool:
    """Give a job back."""
    done = await connection.execute(
        update(outgoing)
        .where(_ours(job, claimer))
        .values(lease=0, claimer="", next=at, tries=job.tries + 1)
    )
    return done.rowcount > 0


class End(NamedTuple):
    """How a job ended.

    Attributes:
        job: the job.
        claimer: who had it.
        step: how it went.
        then: what follows from it.
    """

    job: Job
    claimer: str
    step: Step
    then: Task | None = None


async def end_all(connection: AsyncConnection, ends: Sequence[End]) -> list[bool]:
    """End jobs, record how they went, and keep what follows; which of them were still ours."""
    mine = outgoing.c
    numbers: dict[str, list[int]] = {}
    for one in ends:
        numbers.setdefault(one.claimer, []).append(one.job.number)
    gone: set[tuple[str, int]] = set()
    for claimer, jobs in numbers.items():
        deleted = delete(outgoing).where(mine.claimer == claimer, mine.number.in_(jobs))
        found = await connection.scalars(deleted.returning(mine.number))
        gone.update((claimer, number) for number in found)
    ours = [(one.claimer, one.job.number) in gone for one in ends]
    ended = [one for one, was in zip(ends, ours, strict=True) if was]
    steps = [rows.of_step(one.job.task.message, one.step) for one in ended if one.job.task.message]
    if steps:
        await connection.execute(insert(held_step), steps)
    for one in ended:
        if one.then is not None:
            await keeping.enqueue(connection, one.then)
        await _let_go(connection, one.job.task, one.step)
    return ours


async def _let_go(connection: AsyncConnection, task: Task, step: Step) -> None:
    """Note how a release went, and throw the content away when it was the last that needed it."""
    if task.kind not in {Kind.RELEASE, Kind.FAILED}:
        return
    mine = held_recipient.c
    if task.kind is Kind.RELEASE:
        await connection.execute(
            update(held_recipient)
            .where(mine.message == task.message, mine.number == task.recipient)
            .values(result=step.what)
        )
    await keeping.let_go(connection, task.message)


async def due(connection: AsyncConnection) -> int | None:
    """When the next job is due, or free again."""
    mine = outgoing.c
    free = case((mine.lease > mine.next, mine.lease), else_=mine.next)
    found = await connection.scalar(select(func.min(free)))
    return None if found is None else int(found)


def _ours(job: Job, claimer: str) -> ColumnElement[bool]:
    return and_(outgoing.c.number == job.number, outgoing.c.claimer == claimer)
