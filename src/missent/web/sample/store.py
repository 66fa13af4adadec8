"""The sample in the store: laid beside what is real, and taken away without a trace.

What can be told by itself (decisions, held messages, exceptions) is taken away by its number or
name; what was added to the counts of a day is subtracted. All of it is noted when it is laid.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from missent.hold.held import Envelope, Record, Step
from missent.hold.jobs import Claim
from missent.hold.machine import State
from missent.hold.sql import keeping
from missent.hold.sql.store import SqlHold
from missent.hold.sql.tables import held, held_recipient, held_step, outgoing
from missent.memory.counted import Overridden
from missent.memory.interface import DAY, Batch
from missent.memory.sql import counts, write
from missent.memory.sql.decisions import take_away
from missent.memory.sql.tables import (
    code_day,
    contact,
    correction,
    decision,
    exception,
    slip_day,
    tally,
)
from missent.web.sample import people
from missent.web.sql.tables import sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from missent.hold.keys import Keys
    from missent.memory.sql.store import SqlStore
    from missent.web.sample.made import Kept, Made

_WAITS = 3 * DAY
_COUNTED = {"tally": tally, "code_day": code_day, "slip_day": slip_day}


class SqlSample:
    """The sample organisation in a store that is open."""

    domain = people.DOMAIN

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def there(self) -> bool:
        """Whether it is in the store."""
        async with self._store.reading() as connection:
            return await connection.scalar(select(sample.c.number)) is not None

    async def lay(self, made: Made, keys: Keys) -> None:
        """Lay it into the store."""
        batch = Batch(
            decisions=[one for one, _ in made.decisions],
            tally=made.tally,
            overridden=made.overridden,
        )
        laid: dict[str, Any] = {"counts": _added(batch)}
        store = self._store
        last = await _last_decision(store)
        await store.write(batch)
        numbers = [number for number, _ in await store.decisions(after=last, limit=10_000)]
        for number, (_, judgement) in zip(numbers, made.decisions, strict=True):
            if judgement is not None:
                await store.judge(number, judgement)
        laid["decisions"] = numbers
        laid["exceptions"] = [await store.allow(one, at) for one, at in made.exceptions]
        laid["held"] = [await self._hold(one, keys) for one in made.held]
        async with store.writing() as connection:
            await connection.execute(insert(sample).values(number=1, laid=json.dumps(laid)))

    async def _hold(self, one: Kept, keys: Keys) -> str:
        name = secrets.token_hex(8)
        record = Record(
            name,
            Envelope(one.sender),
            (one.suspect,),
            keys.seal(one.content, name),
            keys.seal_subject(one.subject, name),
            len(one.content),
            "",
            one.at,
            one.at + _WAITS,
        )
        hold = SqlHold(self._store)
        _, job = await hold.keep(record, Claim("sample", one.at, one.at + _WAITS))
        if job is not None:  # nobody is asked: its sender does not exist
            await hold.done(job, "sample", Step(0, one.at, "told", "missent", "", "a sample"))
        return name

    async def remove(self) -> int:
        """Take it away, with what was done with it; how many rows of decisions and messages."""
        async with self._store.writing() as connection:
            text = await connection.scalar(select(sample.c.laid))
            if text is None:
                return 0
            laid: dict[str, Any] = json.loads(text)
            change = await write.advance(connection)
            released = await _released(connection, laid["held"])
            await _subtract(connection, laid["counts"])
            await _subtract(connection, _added(Batch(overridden=released)))
            gone = await take_away(connection, decision.c.number.in_(laid["decisions"]))
            await connection.execute(delete(outgoing).where(outgoing.c.message.in_(laid["held"])))
            await keeping.remove(connection, laid["held"])
            theirs = exception.c.number.in_(laid["exceptions"])
            await connection.execute(delete(exception).where(theirs))
            ours = f"@{people.DOMAIN}"
            for table in (correction, contact):
                await connection.execute(delete(table).where(table.c.sender.endswith(ours)))
            await connection.execute(delete(sample))
            await write.mark(connection, "exceptions", change)
            await write.mark(connection, "generation", change)
            return gone + len(laid["held"])


def _added(batch: Batch) -> dict[str, list[list[int | str]]]:
    """What a batch adds to the counts, by table."""
    return {
        "tally": [[day, what, count] for (day, what), count in sorted(batch.tally.items())],
        "code_day": [list(row) for row in counts.by_code(batch)],
        "slip_day": [list(row) for row in counts.by_slip(batch)],
    }


async def _subtract(connection: AsyncConnection, added: dict[str, list[list[int | str]]]) -> None:
    for name, table in _COUNTED.items():
        key = len(table.primary_key)
        for row in added[name]:
            less = [-int(count) for count in row[key:]]
            await connection.run_sync(write.add, name, [(*row[:key], *less)])
        numbers = list(table.c)[key:]
        nothing = [column <= 0 for column in numbers]
        await connection.execute(delete(table).where(*nothing))


async def _released(connection: AsyncConnection, names: Sequence[str]) -> list[Overridden]:
    """Those of the sample's messages that somebody let go: they were counted when that was."""
    mine = held_recipient.c
    rows = await connection.execute(
        select(mine.address, mine.meant, mine.reasons, held_step.c.at)
        .join(held, held.c.name == mine.message)
        .join(held_step, held_step.c.message == mine.message)
        .where(
            mine.message.in_(names),
            mine.state == State.RELEASED.value,
            held_step.c.what == State.RELEASED.value,
        )
    )
    return [
        Overridden(
            row.at,
            row.address,
            tuple(code for code, _ in json.loads(row.reasons)),
            next(iter(json.loads(row.meant)), ""),
        )
        for row in rows
    ]


async def _last_decision(store: SqlStore) -> int:
    async with store.reading() as connection:
        query = select(decision.c.number).order_by(decision.c.number.desc())
        return int(await connection.scalar(query.limit(1)) or 0)
