"""Writes a batch: what was counted before is left out, the rest is added to the rows."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    any_,
    case,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from missent.memory.interface import DAY
from missent.memory.learned import Written
from missent.memory.sql import counts, decisions
from missent.memory.sql.listen import CHANNEL
from missent.memory.sql.tables import code_day, contact, correction, seen, slip_day, state, tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Column, ColumnElement, Connection, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from missent.memory.interface import Batch
    from missent.memory.learned import Delta, Lesson

_ZERO: ColumnElement[int] = literal_column("0")  # in the statement itself: `many` binds rows only
_NEXT = (
    update(state)
    .where(state.c.name == "change")
    .values(value=state.c.value + 1)
    .returning(state.c.value)
)
_NOTIFY = select(func.pg_notify(CHANNEL, ""))


async def advance(connection: AsyncConnection) -> int:
    """Take the next change number; until the transaction ends, every other writer waits here.

    So numbers become visible in their order, and a reader that has seen one has seen all below.
    """
    return await connection.run_sync(_advance)


def _advance(connection: Connection) -> int:
    if connection.dialect.name == "postgresql":
        # Heard by `Listener` when the transaction has ended.
        connection.execute(_NOTIFY)
    return int(connection.scalar(_NEXT) or 0)


async def mark(connection: AsyncConnection, name: str, change: int) -> None:
    """Note at which change something happened."""
    await connection.execute(update(state).where(state.c.name == name).values(value=change))


async def write(connection: AsyncConnection, batch: Batch, salt: int) -> Written:
    """Write a batch inside a transaction."""
    return await connection.run_sync(write_now, batch, salt)


def write_now(connection: Connection, batch: Batch, salt: int) -> Written:
    """The same, for a thread that waits."""
    change = _advance(connection)
    new = _unseen(connection, batch.lessons, salt)
    rows = _rows((delta for lesson in new for delta in lesson.deltas), change)
    if rows:
        add(connection, "contact", rows)
    if batch.corrections:
        connection.execute(
            replacing(connection, correction, ("sender", "typed")),
            [
                {"sender": c.sender, "typed": c.typed, "meant": c.meant, "at": c.at,
                 "change": change}
                for c in {(c.sender, c.typed): c for c in batch.corrections}.values()
            ],
        )  # fmt: skip
    if batch.decisions:
        decisions.write(connection, batch.decisions)
    for table, counted in (
        ("tally", [(*key, count) for key, count in sorted(batch.tally.items())]),
        ("code_day", counts.by_code(batch)),
        ("slip_day", counts.by_slip(batch)),
    ):
        if counted:
            add(connection, table, counted)
    return Written(len(new), change)


def _unseen(connection: Connection, lessons: Sequence[Lesson], salt: int) -> list[Lesson]:
    """The lessons that were never counted; they are noted as counted."""
    always = [lesson for lesson in lessons if not lesson.once]
    key = salt.to_bytes(8, "big")
    named = {_digest(lesson.once, key): lesson for lesson in lessons if lesson.once}
    if named:
        known = select(seen.c.digest).where(among(connection, seen.c.digest, list(named)))
        for digest in connection.scalars(known):
            del named[digest]
    if named:
        rows = [(digest, _day(lesson)) for digest, lesson in sorted(named.items())]
        add(connection, "seen", rows)
    return always + list(named.values())


def _digest(name: str, key: bytes) -> int:
    # Keyed, so that nobody who writes mail can make two names meet, nor anyone who reads the
    # table try addresses against it.
    octets = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8, key=key).digest()
    return int.from_bytes(octets, "big", signed=True)


def _day(lesson: Lesson) -> int:
    return max((delta.at for delta in lesson.deltas), default=0) // DAY


def _rows(deltas: Iterable[Delta], change: int) -> list[tuple[Any, ...]]:
    """One row a pair, in the order of the columns: the same row must not come twice."""
    rows: dict[tuple[str, str], list[Any]] = {}
    for delta in deltas:
        row = rows.get((delta.address, delta.sender))
        if row is None:
            row = rows[delta.address, delta.sender] = [0, 0, 0, 0, 0, False, 0]
        if delta.sent:
            row[0] += delta.sent
            row[1] = min(row[1] or delta.at, delta.at)
            row[2] = max(row[2], delta.at)
        row[3] += delta.received
        row[4] += delta.bounced
        row[5] = row[5] or delta.confirmed
        row[6] = max(row[6], delta.at)
    split = ((address.rpartition("@"), sender, row) for (address, sender), row in rows.items())
    return sorted(
        (domain, local, sender, *row, change) for (local, _, domain), sender, row in split
    )


def among(connection: Connection, column: Column[Any], values: Sequence[Any]) -> Any:
    """Whether a column is one of many values, given as one parameter and not as thousands."""
    if connection.dialect.name == "postgresql":
        return column == any_(literal(list(values), postgresql.ARRAY(column.type)))
    listed = func.json_each(json.dumps(values)).table_valued("value")
    return column.in_(select(listed.c.value))


def add(connection: Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add many rows of plain values, in the order of the table's columns.

    SQLAlchemy makes a dictionary of every row and takes it apart again: as long as the database.
    """
    sql = _sql.get((connection.dialect.name, table))
    if sql is None:
        statement = _ADDING[table](connection)
        keys = list(statement.table.c.keys())
        sql = str(statement.compile(dialect=connection.dialect, column_keys=keys))
        _sql[connection.dialect.name, table] = sql
    connection.exec_driver_sql(sql, list(rows))


_sql: dict[tuple[str, str], str] = {}  # compiling takes as long as many rows


def upsert(connection: AsyncConnection | Connection, table: Table) -> Any:
    """An INSERT that can say ON CONFLICT: two dialects spell it alike, without a common name."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def _add_contacts(connection: Connection) -> Any:
    adding = upsert(connection, contact)
    new, old = adding.excluded, contact.c
    return adding.on_conflict_do_update(
        index_elements=["domain", "local", "sender"],
        set_={
            "sent": old.sent + new.sent,
            "first": case(
                (old.first == _ZERO, new.first),
                (new.first == _ZERO, old.first),
                (new.first < old.first, new.first),
                else_=old.first,
            ),
            "last": case((new.last > old.last, new.last), else_=old.last),
            "received": old.received + new.received,
            "bounced": old.bounced + new.bounced,
            "confirmed": or_(old.confirmed, new.confirmed),
            "active": case((new.active > old.active, new.active), else_=old.active),
            "change": new.change,
        },
    )


def _adding(table: Table) -> Callable[[Connection], Any]:
    """How counts are added up: those columns that are no part of the key."""
    key = [column.name for column in table.primary_key]

    def add(connection: Connection) -> Any:
        adding = upsert(connection, table)
        names = (name for name in table.c.keys() if name not in key)  # noqa: SIM118  no dictionary
        sums = {name: table.c[name] + adding.excluded[name] for name in names}
        return adding.on_conflict_do_update(index_elements=key, set_=sums)

    return add


_ADDING: dict[str, Callable[[Connection], Any]] = {
    "contact": _add_contacts,
    "seen": lambda _: insert(seen),
    **{table.name: _adding(table) for table in (tally, code_day, slip_day)},
}


def replacing(connection: AsyncConnection | Connection, table: Table, key: tuple[str, ...]) -> Any:
    """An INSERT that replaces the row of the same key."""
    adding = upsert(connection, table)
    others = [column.name for column in table.c if column.name not in key]
    return adding.on_conflict_do_update(
        index_elements=list(key), set_={name: adding.excluded[name] for name in others}
    )
