"""Lays messages into the store, and takes them out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, exists, func, insert, not_, or_, select, text, tuple_

from missent.core.address import Address
from missent.hold.held import Held, Record, Step
from missent.hold.jobs import Claim, Job, Kind, Laid, Task
from missent.hold.machine import State
from missent.hold.sql import rows
from missent.hold.sql.tables import held, held_content, held_recipient, held_step, outgoing

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from missent.hold.held import Place

_AGAIN = 5 * 86_400  # seconds within which a sender's system tries again


async def keep_all(
    connection: AsyncConnection, records: Sequence[tuple[Record, Claim | None]]
) -> list[Laid]:
    """Keep messages, each unless the same one is there already."""
    return [await keep(connection, record, claim) for record, claim in records]


async def keep(connection: AsyncConnection, record: Record, claim: Claim | None) -> Laid:
    """Keep a message, unless the same one is there already."""
    if record.mark:
        if connection.dialect.name == "postgresql":
            lock = int(record.mark[:15], 16)
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
        if (name := await _same(connection, record)) is not None:
            return Laid(name)
    envelope = record.envelope
    sender = Address.parse(envelope.mail_from, lenient=True).key
    await connection.execute(insert(held).values(rows.of_record(record, sender)))
    await connection.execute(insert(held_content).values(message=record.name, sealed=record.sealed))
    await connection.execute(insert(held_recipient), rows.of_suspects(record))
    kept = [
        Step(n, record.at, State.HELD, "missent", "", " ".join(r.code for r in suspect.reasons))
        for n, suspect in enumerate(record.suspects, 1)
    ]
    await connection.execute(insert(held_step), [rows.of_step(record.name, s) for s in kept])
    task = Task(Kind.ASK, envelope.mail_from, record.at, record.name)
    number = await enqueue(connection, task, claim)
    return Laid(record.name, Job(number, task, 0) if claim else None)


async def _same(connection: AsyncConnection, record: Record) -> str | None:
    """The name of the same message, where all of it waits, or is on its way or delivered.

    What was thrown away, or failed, is asked about anew: its sender may mean it this time.
    """
    mine = held_recipient.c
    over = (State.DISCARDED.value, State.EXPIRED.value)
    decided = exists().where(
        and_(mine.message == held.c.name, or_(mine.state.in_(over), mine.result == "failed"))
    )
    same: str | None = await connection.scalar(
        select(held.c.name)
        .where(
            held.c.mark == record.mark,
            held.c.at > record.at - _AGAIN,
            not_(decided),
        )
        .limit(1)
    )
    return same


async def enqueue(connection: AsyncConnection, task: Task, claim: Claim | None = None) -> int:
    """Keep a task, and give it to somebody at once where one is named; its number."""
    row = rows.of_task(task)
    if claim is not None:
        row |= {"claimer": claim.claimer, "lease": claim.until}
    number = await connection.scalar(insert(outgoing).values(row).returning(outgoing.c.number))
    return int(number or 0)


async def record(connection: AsyncConnection, message: str, step: Step) -> None:
    """Add to a message's record."""
    await connection.execute(insert(held_step).values(rows.of_step(message, step)))


async def drop(connection: AsyncConnection, name: str) -> bool:
    """Take a message back, where its sender was not asked yet and nobody is about to."""
    asking = and_(
        outgoing.c.message == name,
        outgoing.c.kind == Kind.ASK.value,
        outgoing.c.claimer == "",
        outgoing.c.tries == 0,
    )
    if not (await connection.execute(delete(outgoing).where(asking))).rowcount:
        return False
    await remove(connection, [name])
    return True


async def message(connection: AsyncConnection, name: str) -> Held | None:
    """One message."""
    found = (await connection.execute(rows.newest(name))).all()
    listed = await rows.messages(connection, found)
    return listed[0] if listed else None


async def messages(
    connection: AsyncConnection, *, every: bool, after: Place | None, limit: int
) -> list[Held]:
    """Many messages, the oldest first."""
    query = page(every=every, after=after, limit=limit)
    return await rows.messages(connection, (await connection.execute(query)).all())


def page(*, every: bool, after: Place | None, limit: int) -> Select[Any]:
    """The query for them, in an index's order; of those that wait, SQLite sorts what it found."""
    query = select(held).order_by(held.c.at, held.c.name).limit(limit)
    if after is not None:
        query = query.where(tuple_(held.c.at, held.c.name) > after)
    return query if every else query.where(_waits(held.c.name))


async def waiting(connection: AsyncConnection) -> int:
    """How many messages have a recipient that is held."""
    mine = held_recipient.c
    query = select(func.count(mine.message.distinct())).where(mine.state == State.HELD.value)
    return int(await connection.scalar(query) or 0)


async def let_go(connection: AsyncConnection, name: str) -> None:
    """Throw a message's content away, where nobody needs it any more."""
    content = (Kind.RELEASE.value, Kind.FAILED.value)  # the others can be written without it
    sends = exists().where(outgoing.c.message == name, outgoing.c.kind.in_(content))
    await connection.execute(
        delete(held_content).where(
            held_content.c.message == name, not_(_waits(held_content.c.message) | sends)
        )
    )


async def tidy(connection: AsyncConnection, before: int) -> int:
    """Take away what was done with before a moment."""
    done = select(held.c.name).where(
        held.c.expires < before, held.c.at < before, not_(_needed(held.c.name))
    )
    names = list(await connection.scalars(done.limit(1000)))
    await remove(connection, names)
    return len(names)


async def kept_since(connection: AsyncConnection, sender: str, at: int) -> int:
    """How many messages of a sender were kept since then."""
    key = Address.parse(sender, lenient=True).key
    query = select(func.count()).select_from(held).where(held.c.sender == key, held.c.at >= at)
    return int(await connection.scalar(query) or 0)


def _needed(name: ColumnElement[str]) -> ColumnElement[bool]:
    return _waits(name) | exists().where(outgoing.c.message == name)


def _waits(name: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a message waits. Not by EXISTS: SQLite looked through all that wait for each name."""
    mine = held_recipient.c
    return name.in_(select(mine.message).where(mine.state == State.HELD.value))


async def over(connection: AsyncConnection, names: Collection[str]) -> list[str]:
    """Those of some messages that nobody needs any more."""
    query = select(held.c.name).where(held.c.name.in_(names), not_(_needed(held.c.name)))
    return list(await connection.scalars(query))


async def remove(connection: AsyncConnection, names: Sequence[str]) -> None:
    """Take away all of some messages."""
    for table in (held_content, held_recipient, held_step):
        await connection.execute(delete(table).where(table.c.message.in_(names)))
    await connection.execute(delete(held).where(held.c.name.in_(names)))
