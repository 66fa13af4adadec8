"""Sessions in SQLite or PostgreSQL; their identifiers are kept as digests alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, insert, or_, select, update

from missent.web.sql.tables import account, session

if TYPE_CHECKING:
    from missent.memory.sql.store import SqlStore


class Found(NamedTuple):
    """A session, and whose it is.

    Attributes:
        account: its name.
        role: as it stands now: a change holds at once.
        source: "" for a local account, else the issuer that vouches for it.
        way: how they signed in: password, code, link or provider.
        created: when.
        seen: when it was last used, to about a minute.
    """

    account: str
    role: str
    source: str
    way: str
    created: int
    seen: int


class SqlSessions:
    """Reads and writes the sessions of a store that is open."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def add(self, digest: str, name: str, way: str, at: int) -> None:
        """Keep a new session of an account."""
        row = {"digest": digest, "account": name, "way": way, "created": at, "seen": at}
        async with self._store.writing() as connection:
            await connection.execute(insert(session).values(row))
            await connection.execute(
                update(account).where(account.c.name == name).values(signed_in=at)
            )

    async def find(self, digest: str) -> Found | None:
        """The session, where its account still is."""
        query = (
            select(
                session.c.account,
                account.c.role,
                account.c.source,
                session.c.way,
                session.c.created,
                session.c.seen,
            )
            .join(account, account.c.name == session.c.account)
            .where(session.c.digest == digest)
        )
        async with self._store.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else Found(*row)

    async def touch(self, digest: str, at: int) -> None:
        """Note that it was used."""
        async with self._store.writing() as connection:
            await connection.execute(
                update(session).where(session.c.digest == digest).values(seen=at)
            )

    async def end(self, digest: str) -> None:
        """Take it away."""
        async with self._store.writing() as connection:
            await connection.execute(delete(session).where(session.c.digest == digest))

    async def end_all(self, name: str) -> int:
        """Take away every session of an account, and return how many there were."""
        async with self._store.writing() as connection:
            done = await connection.execute(delete(session).where(session.c.account == name))
        return done.rowcount

    async def tidy(self, created: int, seen: int) -> None:
        """Take away what was created, or last used, before these moments."""
        old = or_(session.c.created < created, session.c.seen < seen)
        async with self._store.writing() as connection:
            await connection.execute(delete(session).where(old))
