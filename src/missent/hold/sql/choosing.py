"""Carries out choices: the state, the record, the task and the lesson in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from missent.core.address import Address
from missent.hold.held import HeldRecipient, Pick, Step
from missent.hold.jobs import Kind, Task
from missent.hold.machine import GOING, Choice, Refused, Standing, State, Way, step
from missent.hold.sql import keeping, rows
from missent.hold.sql.tables import held, held_recipient
from missent.memory.counted import Overridden
from missent.memory.interface import Batch
from missent.memory.learned import Correction, Delta, Lesson

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


async def choose(
    connection: AsyncConnection, pick: Pick
) -> tuple[State | Refused | None, Batch | None]:
    """Carry out a choice.

    Returns:
        The new state, why there is none, or None for an unknown recipient; and what its sender
        taught us by it.
    """
    mine = held_recipient.c
    row = (
        await connection.execute(
            select(held_recipient, held.c.sender, held.c.mail_from)
            .join(held, held.c.name == mine.message)
            .where(mine.message == pick.message, mine.number == pick.recipient)
            .with_for_update(of=held_recipient)
        )
    ).one_or_none()
    if row is None:
        return None, None
    about = rows.recipient(row)
    standing = Standing(about.state, about.suspect.review, row.expires)
    new = step(standing, pick.choice, pick.way, pick.at)
    if isinstance(new, Refused):
        return new, None
    sent_to = ""
    if new in GOING:
        sent_to = pick.meant if pick.choice is Choice.INSTEAD else about.suspect.address
        await keeping.enqueue(
            connection, Task(Kind.RELEASE, sent_to, pick.at, pick.message, pick.recipient)
        )
    await connection.execute(
        update(held_recipient)
        .where(mine.message == pick.message, mine.number == pick.recipient)
        .values(state=new.value, sent_to=sent_to)
    )
    why = f"to {sent_to}" if new is State.REDIRECTED else ""
    made = Step(pick.recipient, pick.at, new, pick.who, pick.way, pick.why or why)
    await keeping.record(connection, pick.message, made)
    if new is State.EXPIRED:
        await keeping.enqueue(
            connection,
            Task(Kind.EXPIRED, row.mail_from, pick.at, pick.message, pick.recipient),
        )
    await keeping.let_go(connection, pick.message)
    return new, _lesson(pick, about, row.sender)


def _lesson(pick: Pick, about: HeldRecipient, sender: str) -> Batch | None:
    """What is learned: an address is confirmed by its sender alone, a slip by whoever mends it."""
    typed = Address.parse(about.suspect.address, lenient=True).key
    if pick.choice is Choice.SEND:
        codes = tuple(reason.code for reason in about.suspect.reasons)
        overridden = Overridden(pick.at, typed, codes, next(iter(about.suspect.meant), ""))
        confirmed = Lesson((Delta(sender, typed, pick.at, confirmed=True),))
        by_sender = pick.way is not Way.REVIEWER
        return Batch([confirmed] if by_sender else (), overridden=[overridden])
    if pick.choice is Choice.INSTEAD:
        meant = Address.parse(pick.meant, lenient=True).key
        return Batch(corrections=[Correction(sender, typed, meant, pick.at)])
    return None


async def due(connection: AsyncConnection, at: int, limit: int) -> list[tuple[str, int]]:
    """Recipients whose time is over."""
    mine = held_recipient.c
    query = (
        select(mine.message, mine.number)
        .where(mine.state == State.HELD.value, mine.expires <= at)
        .limit(limit)
    )
    return [(row.message, row.number) for row in await connection.execute(query)]
