"""Tokens of the API in SQLite or PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from missent.web.sql import trail
from missent.web.sql.tables import api_token
from missent.web.tokens import Scope, Token, digest, new_secret

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from missent.memory.sql.store import SqlStore

_ITS = api_token.c


class SqlTokens:
    """The one implementation; see `Tokens` for what its methods do."""

    def __init__(self, store: SqlStore) -> None:
        """Use a store that is open, and stays so for as long."""
        self._store = store

    async def add(
        self, name: str, scopes: Collection[Scope], by: str, *, at: int, expires: int | None = None
    ) -> tuple[Token, str]:
        """Make a token, and return it with its secret."""
        secret = new_secret()
        row = {
            "name": name,
            "digest": digest(secret),
            "scopes": " ".join(sorted(scopes)),
            "created": at,
            "expires": expires,
        }
        async with self._store.writing() as connection:
            if await self._standing(connection, name):
                raise ValueError(f"there is a token {name!r}; revoke it, or choose another name")
            query = insert(api_token).values(row).returning(_ITS.number)
            number = int(await connection.scalar(query) or 0)
            noted = await trail.add(
                connection, by, "add token", name, detail=str(row["scopes"]), at=at
            )
        trail.tell(noted)
        return Token(number, name, frozenset(scopes), at, expires), secret

    async def _standing(self, connection: AsyncConnection, name: str) -> bool:
        query = select(func.count()).where(_ITS.name == name, _ITS.revoked.is_(None))
        return bool(await connection.scalar(query))

    async def find(self, digest: bytes) -> Token | None:
        """The token of a secret's digest."""
        async with self._store.reading() as connection:
            query = select(api_token).where(_ITS.digest == digest)
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _token(row)

    async def all(self) -> Sequence[Token]:
        """Every token, the oldest first."""
        async with self._store.reading() as connection:
            rows = await connection.execute(select(api_token).order_by(_ITS.number))
            return [_token(row) for row in rows]

    async def revoke(self, name: str, by: str, at: int) -> bool:
        """End a token by its name."""
        query = update(api_token).where(_ITS.name == name, _ITS.revoked.is_(None))
        async with self._store.writing() as connection:
            if not (await connection.execute(query.values(revoked=at))).rowcount:
                return False
            noted = await trail.add(connection, by, "revoke token", name, at=at)
        trail.tell(noted)
        return True

    async def used(self, number: int, at: int) -> None:
        """Note when a token was used."""
        async with self._store.writing() as connection:
            await connection.execute(update(api_token).where(_ITS.number == number).values(used=at))


def _token(row: Any) -> Token:
    return Token(
        row.number,
        row.name,
        frozenset(map(Scope, row.scopes.split())),
        row.created,
        row.expires,
        row.revoked,
        row.used,
    )
