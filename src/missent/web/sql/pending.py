"""Sign-ins that are under way, in SQLite or PostgreSQL; their secrets are kept as digests alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, delete, insert, select

from missent.web.sql.tables import device, pending

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from missent.memory.sql.store import SqlStore


class Step(NamedTuple):
    """What is known of a sign-in that is under way.

    Attributes:
        account: whose, where that is known; otherwise "".
        body: what the next step needs.
    """

    account: str
    body: str


class SqlPending:
    """The sign-ins under way, and the browsers that are known, of a store that is open."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def add(self, digest: str, kind: str, step: Step, at: int, expires: int) -> None:
        """Keep a step; what has expired goes."""
        row = {"digest": digest, "kind": kind, "expires": expires, **step._asdict()}
        async with self._store.writing() as connection:
            await connection.execute(delete(pending).where(pending.c.expires <= at))
            await connection.execute(insert(pending).values(row))

    async def look(self, digest: str, kind: str, at: int) -> Step | None:
        """The step of a secret, while it holds."""
        query = select(pending.c.account, pending.c.body).where(_which(digest, kind, at))
        async with self._store.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else Step(*row)

    async def take(self, digest: str, kind: str, at: int) -> Step | None:
        """The same, for once."""
        taking = (
            delete(pending)
            .where(_which(digest, kind, at))
            .returning(pending.c.account, pending.c.body)
        )
        async with self._store.writing() as connection:
            row = (await connection.execute(taking)).one_or_none()
        return None if row is None else Step(*row)

    async def know(self, digest: str, name: str, at: int, expires: int) -> None:
        """Note that an account signed in from a browser."""
        async with self._store.writing() as connection:
            mine = and_(device.c.digest == digest, device.c.account == name)
            await connection.execute(delete(device).where(mine | (device.c.expires <= at)))
            row = {"digest": digest, "account": name, "expires": expires}
            await connection.execute(insert(device).values(row))

    async def knows(self, digest: str, name: str, at: int) -> bool:
        """Whether it did before."""
        query = select(device.c.account).where(
            and_(device.c.digest == digest, device.c.account == name, device.c.expires > at)
        )
        async with self._store.reading() as connection:
            return await connection.scalar(query) is not None


def _which(digest: str, kind: str, at: int) -> ColumnElement[bool]:
    return and_(pending.c.digest == digest, pending.c.kind == kind, pending.c.expires > at)
