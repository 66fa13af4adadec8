"""The sinkhole's numbers in SQLite or PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, insert, select, update

from missent.memory.refusals import Hold, Key, Notice, Row
from missent.memory.sql import write
from missent.memory.sql.tables import (
    sinkhole_count,
    sinkhole_fault,
    sinkhole_hold,
    sinkhole_notice,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from missent.memory.refusals import Refusals
    from missent.memory.sql.store import SqlStore

_TEXT = 1000  # characters of an answer that a stranger wrote
_KEY = ("day", "meant", "typed", "organisation", "kind")


class StoredRefusals:
    """Adds batches of all processes, and reads what they come to.

    Args:
        store: is open.
        merge: puts digests and a stored sketch (b"" for none) together.
    """

    def __init__(self, store: SqlStore, merge: Callable[[set[int], bytes], bytes]) -> None:
        self._store = store
        self._merge = merge

    async def add(self, batch: Refusals) -> None:
        """Add to what is there, durably: all of it, or nothing."""
        table = sinkhole_count.c
        async with self._store.writing() as connection:
            # Every writer waits here until the one before is done: sketches are read and written.
            await write.advance(connection)
            for key, counted in sorted(batch.counts.items()):
                mine = and_(*(table[name] == value for name, value in key._asdict().items()))
                found = (await connection.execute(select(sinkhole_count).where(mine))).one_or_none()
                values = {
                    "messages": counted.messages + (found.messages if found else 0),
                    "recipients": counted.recipients + (found.recipients if found else 0),
                    "senders": self._merge(counted.senders, found.senders if found else b""),
                }
                if found:
                    await connection.execute(update(sinkhole_count).where(mine).values(values))
                else:
                    await connection.execute(insert(sinkhole_count).values(key._asdict() | values))
            for (day, what), count in sorted(batch.faults.items()):
                statement = write.upsert(connection, sinkhole_fault).values(
                    day=day, what=what, count=count
                )
                await connection.execute(
                    statement.on_conflict_do_update(
                        index_elements=["day", "what"],
                        set_={"count": sinkhole_fault.c.count + count},
                    )
                )

    async def rows(self, first: int, last: int) -> Sequence[Row]:
        """The numbers of the days from `first` to `last`."""
        query = (
            select(sinkhole_count)
            .where(sinkhole_count.c.day.between(first, last))
            .order_by(*(sinkhole_count.c[name] for name in _KEY))
        )
        async with self._store.reading() as connection:
            return [
                Row(
                    Key(row.day, row.meant, row.typed, row.organisation, row.kind),
                    row.messages,
                    row.recipients,
                    bytes(row.senders),
                )
                for row in await connection.execute(query)
            ]

    async def faults(self, first: int, last: int) -> dict[str, int]:
        """What no mail server does, and how often it was done."""
        query = select(sinkhole_fault).where(sinkhole_fault.c.day.between(first, last))
        sums: dict[str, int] = {}
        async with self._store.reading() as connection:
            for row in await connection.execute(query):
                sums[row.what] = sums.get(row.what, 0) + int(row[2])
        return sums

    async def expire(self, before: int) -> int:
        """Take away the days before one, and return how many numbers; none during a hold."""
        async with self._store.writing() as connection:
            held = select(sinkhole_hold.c.number).where(sinkhole_hold.c.until.is_(None)).limit(1)
            if await connection.scalar(held) is not None:
                return 0
            gone = 0
            for table in (sinkhole_count, sinkhole_fault):
                done = await connection.execute(delete(table).where(table.c.day < before))
                gone += max(done.rowcount, 0)
        return gone

    async def note(self, notice: Notice) -> None:
        """Record that somebody was told, or could not be."""
        row = notice._asdict() | {"detail": notice.detail[:_TEXT]}
        async with self._store.writing() as connection:
            await connection.execute(insert(sinkhole_notice).values(row))

    async def notices(self, subject: str = "") -> Sequence[Notice]:
        """What was recorded of one domain, or of all, the oldest first."""
        table = sinkhole_notice.c
        query = select(sinkhole_notice).order_by(table.at, table.number)
        if subject:
            query = query.where(table.subject == subject)
        async with self._store.reading() as connection:
            return [
                Notice(*(getattr(row, name) for name in Notice._fields))
                for row in await connection.execute(query)
            ]

    async def hold(self, owner: str, reason: str, at: int) -> None:
        """Let nothing be deleted from now on."""
        row = {"since": at, "until": None, "owner": owner, "reason": reason}
        async with self._store.writing() as connection:
            await connection.execute(insert(sinkhole_hold).values(row))

    async def release(self, at: int) -> int:
        """End every hold that lasts, and return how many did."""
        query = update(sinkhole_hold).where(sinkhole_hold.c.until.is_(None)).values(until=at)
        async with self._store.writing() as connection:
            return int((await connection.execute(query)).rowcount)

    async def holds(self) -> Sequence[Hold]:
        """All holds there were, the oldest first."""
        query = select(sinkhole_hold).order_by(sinkhole_hold.c.number)
        async with self._store.reading() as connection:
            return [
                Hold(row.since, row.until, row.owner, row.reason)
                for row in await connection.execute(query)
            ]
