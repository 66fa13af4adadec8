"""Who may sign in, in SQLite or PostgreSQL; what changes an account stands in the trail too."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, delete, insert, select, update

from missent.memory.sql import write
from missent.web.sql import trail
from missent.web.sql.tables import account, device, pending, recovery, session

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sqlalchemy import ColumnElement, Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from missent.memory.sql.store import SqlStore


class Account(NamedTuple):
    """One of them.

    Attributes:
        name: unique; with a "@" where a provider vouches for it, without one otherwise.
        role: a `Role`.
        source: "" for one with a password here, else the provider's issuer.
        subject: who it is there.
        password: as `passwords` hashed it; "" for none.
        totp: the shared secret of one-time codes (RFC 6238) in base 32; "" for none.
        totp_step: the time step of the last code that was used.
        created: when, in seconds since the epoch.
        signed_in: when last; 0 for never.
    """

    name: str
    role: str
    source: str = ""
    subject: str = ""
    password: str = ""
    totp: str = ""
    totp_step: int = 0
    created: int = 0
    signed_in: int = 0


class SqlAccounts:
    """The accounts of a store that is open."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def all(self) -> Sequence[Account]:
        """Every account, by name."""
        async with self._store.reading() as connection:
            rows = await connection.execute(select(account).order_by(account.c.name))
            return [Account(*row) for row in rows]

    async def find(self, name: str) -> Account | None:
        """The account of that name."""
        return await self._one(account.c.name == name)

    async def vouched(self, source: str, subject: str) -> Account | None:
        """The account of somebody at a provider."""
        return await self._one(and_(account.c.source == source, account.c.subject == subject))

    async def _one(self, which: ColumnElement[bool]) -> Account | None:
        async with self._store.reading() as connection:
            row = (await connection.execute(select(account).where(which))).one_or_none()
        return None if row is None else Account(*row)

    async def add(self, made: Account, by: str) -> bool:
        """Add an account; False where there is one of that name."""
        row = made._asdict() | {
            "subject": made.subject or made.name,
            "created": made.created or int(time.time()),
        }

        async def work(connection: AsyncConnection) -> bool:
            adding = write.upsert(connection, account).values(row).on_conflict_do_nothing()
            return bool((await connection.execute(adding)).rowcount)

        return await self._change(work, by, "add user", made.name, made.role)

    async def set_password(self, name: str, hashed: str, by: str) -> bool:
        """Change a password: every session and every known browser of the account ends."""

        async def work(connection: AsyncConnection) -> bool:
            await _clear(connection, name, session, device, pending)
            return await _set(connection, name, password=hashed)

        return await self._change(work, by, "change password of user", name)

    async def rehash(self, name: str, old: str, hashed: str) -> None:
        """Keep the same password hashed anew, unless it was changed meanwhile."""
        async with self._store.writing() as connection:
            await connection.execute(
                update(account)
                .where(and_(account.c.name == name, account.c.password == old))
                .values(password=hashed)
            )

    async def set_role(self, name: str, role: str, by: str) -> bool:
        """Change what somebody may do, in their open sessions too."""

        async def work(connection: AsyncConnection) -> bool:
            return await _set(connection, name, role=role)

        return await self._change(work, by, "change role of user", name, role)

    async def set_totp(self, name: str, secret: str, digests: Sequence[str], by: str) -> bool:
        """Ask for one-time codes from now on, or with "" no longer."""

        async def work(connection: AsyncConnection) -> bool:
            if not await _set(connection, name, totp=secret, totp_step=0):
                return False
            await _clear(connection, name, recovery, pending)
            for digest in digests:
                await connection.execute(insert(recovery).values(account=name, digest=digest))
            return True

        action = "ask user for codes" if secret else "ask user for no codes"
        return await self._change(work, by, action, name)

    async def remove(self, name: str, by: str) -> bool:
        """Take an account away, with its sessions."""

        async def work(connection: AsyncConnection) -> bool:
            await _clear(connection, name, session, recovery, device, pending)
            done = await connection.execute(delete(account).where(account.c.name == name))
            return bool(done.rowcount)

        return await self._change(work, by, "remove user", name)

    async def use_step(self, name: str, step: int) -> bool:
        """Use the code of a time step; False where it, or a later one, was used before."""
        async with self._store.writing() as connection:
            done = await connection.execute(
                update(account)
                .where(and_(account.c.name == name, account.c.totp_step < step))
                .values(totp_step=step)
            )
        return done.rowcount == 1

    async def use_recovery(self, name: str, digest: str) -> bool:
        """Use up a recovery code; False where there is none like it."""
        async with self._store.writing() as connection:
            done = await connection.execute(
                delete(recovery).where(
                    and_(recovery.c.account == name, recovery.c.digest == digest)
                )
            )
        return done.rowcount == 1

    async def _change(
        self,
        work: Callable[[AsyncConnection], Awaitable[bool]],
        by: str,
        action: str,
        *what: str,
    ) -> bool:
        """Change something and tell the trail, both or neither; False where there was nothing."""
        async with self._store.writing() as connection:
            if not await work(connection):
                return False
            entry = await trail.add(connection, by, action, what[0], detail="".join(what[1:]))
        trail.tell(entry)
        return True


async def _set(connection: AsyncConnection, name: str, **values: object) -> bool:
    done = await connection.execute(update(account).where(account.c.name == name).values(**values))
    return bool(done.rowcount)


async def _clear(connection: AsyncConnection, name: str, *tables: Table) -> None:
    for table in tables:
        await connection.execute(delete(table).where(table.c.account == name))
