"""Writes a batch: what was counted before is left out, the rest is added to the rows."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from missent.memory.sql.tables import contact, correction, decision, seen, state

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from missent.memory.interface import Batch, Decision, Delta, Lesson

DAY = 86_400
_CHUNK = 5_000  # values in one IN list: SQLite takes 32,766
_TEXT = 1_000  # characters of a text that a stranger may have written


async def advance(connection: AsyncConnection) -> int:
    """Take the next change number; until the transaction ends, every other writer waits here.

    So numbers become visible in their order, and a reader that has seen one has seen all below.
    """
    number = await connection.scalar(
        update(state)
        .where(state.c.name == "change")
        .values(value=state.c.value + 1)
        .returning(state.c.value)
    )
    return int(number or 0)


async def mark(connection: AsyncConnection, name: str, change: int) -> None:
    """Note at which change something happened."""
    await connection.execute(update(state).where(state.c.name == name).values(value=change))


async def write(connection: AsyncConnection, batch: Batch, salt: int) -> int:
    """Write a batch inside a transaction, and return how many lessons were new."""
    change = await advance(connection)
    new = await _unseen(connection, batch.lessons, salt)
    rows = _rows((delta for lesson in new for delta in lesson.deltas), change)
    if rows:
        await connection.execute(_add_contacts(connection), rows)
    if batch.corrections:
        await connection.execute(
            replacing(connection, correction, ("sender", "typed")),
            [
                {"sender": c.sender, "typed": c.typed, "meant": c.meant, "at": c.at,
                 "change": change}
                for c in {(c.sender, c.typed): c for c in batch.corrections}.values()
            ],
        )  # fmt: skip
    if batch.decisions:
        await connection.execute(insert(decision), [_decision_row(d) for d in batch.decisions])
    return len(new)


async def _unseen(
    connection: AsyncConnection, lessons: Sequence[Lesson], salt: int
) -> list[Lesson]:
    """The lessons that were never counted; they are noted as counted."""
    always = [lesson for lesson in lessons if not lesson.once]
    key = salt.to_bytes(8, "big")
    named = {_digest(lesson.once, key): lesson for lesson in lessons if lesson.once}
    digests = list(named)
    for start in range(0, len(digests), _CHUNK):
        chunk = digests[start : start + _CHUNK]
        for digest in await connection.scalars(
            select(seen.c.digest).where(seen.c.digest.in_(chunk))
        ):
            del named[digest]
    if named:
        await connection.execute(
            insert(seen),
            [{"digest": d, "day": _day(lesson)} for d, lesson in sorted(named.items())],
        )
    return always + list(named.values())


def _digest(name: str, key: bytes) -> int:
    # Keyed, so that nobody who writes mail can make two names meet, nor anyone who reads the
    # table try addresses against it.
    octets = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8, key=key).digest()
    return int.from_bytes(octets, "big", signed=True)


def _day(lesson: Lesson) -> int:
    return max((delta.at for delta in lesson.deltas), default=0) // DAY


def _rows(deltas: Iterable[Delta], change: int) -> list[dict[str, Any]]:
    """One row a pair: an executemany must not meet the same row twice."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for delta in deltas:
        row = rows.get((delta.address, delta.sender))
        if row is None:
            local, _, domain = delta.address.rpartition("@")
            row = rows[delta.address, delta.sender] = {
                "domain": domain, "local": local, "sender": delta.sender, "sent": 0, "first": 0,
                "last": 0, "received": 0, "bounced": 0, "confirmed": False, "active": 0,
                "change": change,
            }  # fmt: skip
        if delta.sent:
            row["sent"] += delta.sent
            row["first"] = min(row["first"] or delta.at, delta.at)
            row["last"] = max(row["last"], delta.at)
        row["received"] += delta.received
        row["bounced"] += delta.bounced
        row["confirmed"] = row["confirmed"] or delta.confirmed
        row["active"] = max(row["active"], delta.at)
    return [rows[pair] for pair in sorted(rows)]


def _upsert(connection: AsyncConnection, table: Table) -> Any:
    # The two dialects spell it alike, but SQLAlchemy has no common name for it.
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def _add_contacts(connection: AsyncConnection) -> Any:
    adding = _upsert(connection, contact)
    new, old = adding.excluded, contact.c
    return adding.on_conflict_do_update(
        index_elements=["domain", "local", "sender"],
        set_={
            "sent": old.sent + new.sent,
            "first": case(
                (old.first == 0, new.first),
                (new.first == 0, old.first),
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


def replacing(connection: AsyncConnection, table: Table, key: tuple[str, ...]) -> Any:
    """An INSERT that replaces the row of the same key."""
    adding = _upsert(connection, table)
    others = [column.name for column in table.c if column.name not in key]
    return adding.on_conflict_do_update(
        index_elements=list(key), set_={name: adding.excluded[name] for name in others}
    )


def _decision_row(made: Decision) -> dict[str, Any]:
    return {
        "at": made.at,
        "sender": made.sender,
        "recipient": made.recipient,
        "action": made.action,
        "codes": json.dumps(made.codes),
        "probability": made.probability,
        "did_you_mean": json.dumps(made.did_you_mean, ensure_ascii=False),
        "disposition": _clean(made.disposition),
        "message_id": _clean(made.message_id),
    }


def _clean(text: str) -> str:
    """A text from outside, fit for a column: no NUL, no half surrogate pair, of bounded length."""
    return text[:_TEXT].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
