"""What waits to be sent: claimed with a lease, renewed, ended or given back.

Every change names the claimer, so that one who lost his lease changes nothing any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, case, delete, func, select, update

from missent.hold.interface import Claim, Job, Kind, Step, Task
from missent.hold.sql import keeping, rows
from missent.hold.sql.tables import held_recipient, outgoing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection


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


async def renew(connection: AsyncConnection, job: Job, claimer: str, until: int) -> bool:
    """Keep a job for longer."""
    done = await connection.execute(update(outgoing).where(_ours(job, claimer)).values(lease=until))
    return done.rowcount > 0


async def later(connection: AsyncConnection, job: Job, claimer: str, at: int) -> bool:
    """Give a job back."""
    done = await connection.execute(
        update(outgoing)
        .where(_ours(job, claimer))
        .values(lease=0, claimer="", next=at, tries=job.tries + 1)
    )
    return done.rowcount > 0


async def end(
    connection: AsyncConnection, job: Job, claimer: str, step: Step, then: Task | None = None
) -> bool:
    """End a job, record how it went, and keep what follows from it."""
    gone = await connection.execute(delete(outgoing).where(_ours(job, claimer)))
    if not gone.rowcount:
        return False
    task = job.task
    if then is not None:
        await keeping.enqueue(connection, then)
    if task.message:
        await keeping.record(connection, task.message, step)
        if task.kind is Kind.RELEASE:
            await connection.execute(
                update(held_recipient)
                .where(
                    held_recipient.c.message == task.message,
                    held_recipient.c.number == task.recipient,
                )
                .values(result=step.what)
            )
        if task.kind in {Kind.RELEASE, Kind.FAILED}:
            await keeping.let_go(connection, task.message)
    return True


async def due(connection: AsyncConnection) -> int | None:
    """When the next job is due, or free again."""
    mine = outgoing.c
    free = case((mine.lease > mine.next, mine.lease), else_=mine.next)
    found = await connection.scalar(select(func.min(free)))
    return None if found is None else int(found)


def _ours(job: Job, claimer: str) -> ColumnElement[bool]:
    return and_(outgoing.c.number == job.number, outgoing.c.claimer == claimer)
