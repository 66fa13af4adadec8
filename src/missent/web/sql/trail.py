"""The trail in SQLite or PostgreSQL."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import insert, select

from missent.web.sql.alone import alone
from missent.web.sql.tables import trail
from missent.web.trail import START, Entry, digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from missent.memory.sql.store import SqlStore

_log = structlog.get_logger("missent.trail")
_LONGEST = 1_000  # characters of a field
_LAST = select(trail.c.number, trail.c.digest).order_by(trail.c.number.desc()).limit(1)


class SqlTrail:
    """The one implementation; see `Trail` for what its methods do."""

    def __init__(self, store: SqlStore) -> None:
        """Use a store that is open, and stays so for as long."""
        self._store = store

    async def record(
        self,
        who: str,
        action: str,
        object: str = "",  # noqa: A002  as the field
        detail: str = "",
        at: int | None = None,
    ) -> Entry:
        """Add an entry, durably."""
        async with self._store.writing() as connection:
            entry = await add(connection, who, action, object, detail=detail, at=at)
        tell(entry)
        return entry

    async def rows(self, before: int | None = None, limit: int = 50) -> Sequence[Entry]:
        """The newest entries (below a number), the newest first."""
        query = select(trail).order_by(trail.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(trail.c.number < before)
        return await self._read(query)

    async def entries(self, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """Entries above a number, the oldest first."""
        query = select(trail).where(trail.c.number > after).order_by(trail.c.number).limit(limit)
        return await self._read(query)

    async def _read(self, query: Select[Any]) -> Sequence[Entry]:
        async with self._store.reading() as connection:
            return [Entry(*row) for row in await connection.execute(query)]


async def add(
    connection: AsyncConnection,
    who: str,
    action: str,
    what: str = "",
    *,
    detail: str = "",
    at: int | None = None,
) -> Entry:
    """Add an entry within a transaction of `SqlStore.writing`, together with what it is about."""
    await alone(connection, trail)
    last = (await connection.execute(_LAST)).one_or_none()
    number, previous = (last.number + 1, last.digest) if last else (1, START)
    moment = int(time.time()) if at is None else at
    who, action, what, detail = map(clean, (who, action, what, detail))
    sealed = digest(previous, number, moment, who, action, what, detail)
    entry = Entry(number, moment, who, action, what, detail, sealed)
    await connection.execute(insert(trail).values(entry._asdict()))
    return entry


def tell(entry: Entry) -> None:
    """Write to the log that the trail grew: its digest is then also where the log is kept."""
    _log.info("trail", number=entry.number, action=entry.action, digest=entry.digest)


def clean(given: str) -> str:
    """A text fit for a column: no NUL, no half surrogate pair, of bounded length."""
    return given[:_LONGEST].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
