"""The store in SQLite or PostgreSQL."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, text

from missent.memory.decided import EVERY_DECISION
from missent.memory.interface import Erased
from missent.memory.sql import attempts, counts, decisions, erase, export, read, write
from missent.memory.sql.engine import (
    WRITING,
    Watch,
    connect,
    driver_url,
    guarded,
    prepare_file,
    shown,
)
from missent.memory.sql.listen import Listener
from missent.memory.sql.migrate import migrate
from missent.memory.sql.tables import domain_facts, exception, state
from missent.memory.sql.thread import Thread

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
    from typing import Self

    from sqlalchemy import URL
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from missent.core.facts import DomainFacts
    from missent.core.finding import Json
    from missent.core.permission import Permission
    from missent.memory.counted import Day, Slip, Tally
    from missent.memory.decided import Decision, Judgement, Page, Sought
    from missent.memory.interface import Batch, StoredException
    from missent.memory.learned import Changes, Contact, Correction, Head, Written


class SqlStore:
    """The one implementation; see `Store` for what its methods do."""

    def __init__(self, url: URL, engine: AsyncEngine, watch: Watch | None) -> None:
        """Use `open`; this does not prepare the tables."""
        self._url = url
        self._engine = engine
        self._watch = watch
        sqlite = watch is not None
        self._thread = Thread(url) if sqlite else None
        self._listener = None if sqlite else Listener(engine)
        self._version = -2
        self._salt = 0
        # One connection writes at a time, within the process too: SQLite's own queue is a poll.
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, url: str, password: str | None = None) -> Self:
        """Open a store, and make or update its tables where that is needed.

        Args:
            url: see `driver_url`.
            password: the database's, from a secret file.

        Raises:
            ConfigError: the URL is none.
            StoreError: the store cannot be reached, or a newer version made it.
        """
        parsed = driver_url(url, password)
        watch: Watch | None = None
        if parsed.get_backend_name() == "sqlite":
            path = Path(str(parsed.database))
            with guarded(parsed):
                await asyncio.to_thread(prepare_file, path)
                watch = Watch(path)
        store = cls(parsed, connect(parsed), watch)
        try:
            with guarded(parsed):
                await migrate(store._engine)
            await store._make_salt()
        except BaseException:
            await store.close()
            raise
        return store

    def __repr__(self) -> str:
        return f"SqlStore({shown(self._url)!r})"

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read by, for the rooms above that keep tables of their own."""
        with guarded(self._url):
            async with self._engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: durable when the `with` ends well, undone when it does not."""
        with guarded(self._url):
            async with self._turn, self._engine.execution_options(**WRITING).begin() as connection:
                yield connection

    async def _make_salt(self) -> None:
        query = select(state.c.value).where(state.c.name == "salt")
        async with self.reading() as connection:
            found = await connection.scalar(query)
        if found is None:
            async with self.writing() as connection:
                await write.advance(connection)  # waits for another process that is just here
                found = await connection.scalar(query)
                if found is None:
                    found = secrets.randbits(63)
                    await connection.execute(insert(state).values(name="salt", value=found))
        self._salt = int(found)

    async def head(self) -> Head:
        """Where the store stands."""
        async with self.reading() as connection:
            return await connection.run_sync(read.head)

    def stale(self) -> bool | None:
        """Whether somebody wrote since the last `changes`; None where nobody tells us."""
        if self._watch is not None:
            return self._watch.version() != self._version
        return self._listener.heard if self._listener is not None else None

    async def write(self, batch: Batch) -> Written:
        """Write durably."""
        if self._thread is not None:
            with guarded(self._url):
                async with self._turn:
                    return await self._thread.write(write.write_now, batch, self._salt)
        async with self.writing() as connection:
            return await write.write(connection, batch, self._salt)

    async def learn(self, connection: AsyncConnection, batch: Batch) -> Written:
        """Write within a transaction of `writing`."""
        return await write.write(connection, batch, self._salt)

    async def contacts(self) -> AsyncGenerator[Sequence[Contact]]:
        """All contacts in batches."""
        async with self.reading() as connection:
            async for batch in read.contacts(connection):
                yield batch

    async def look_up(
        self,
        *,
        domain: str = "",
        local: str | None = None,
        sender: str | None = None,
        after: tuple[str, str, str] | None = None,
        limit: int = 100,
    ) -> Sequence[Contact]:
        """Contacts that fit, in the order of `contacts`."""
        async with self.reading() as connection:
            return await read.look_up(connection, domain, local, sender, after=after, limit=limit)

    async def corrections(self) -> Sequence[Correction]:
        """All corrections, the oldest first."""
        async with self.reading() as connection:
            return await read.corrections(connection)

    async def changes(self, since: int) -> Changes:
        """What is new since a `Head.change`."""
        if self._thread is not None and self._watch is not None:
            version = self._watch.version()
            with guarded(self._url):
                found = await self._thread.read(read.changes, since)
            self._version = version
            return found
        if self._listener is not None:
            await self._listener.listen()
        async with self.reading() as connection:
            return await connection.run_sync(read.changes, since)

    async def decisions(
        self, *, after: int = 0, limit: int = 1000, sought: Sought = EVERY_DECISION
    ) -> Sequence[tuple[int, Decision]]:
        """Decisions above a number that fit, in the order they were recorded."""
        async with self.reading() as connection:
            return await decisions.after(connection, after, limit, sought)

    async def latest(
        self, *, before: int | None = None, limit: int = 50, sought: Sought = EVERY_DECISION
    ) -> Page:
        """Decisions that fit, the newest first."""
        async with self.reading() as connection:
            return await decisions.latest(connection, before, limit, sought)

    async def decision(self, number: int) -> Decision | None:
        """One decision."""
        async with self.reading() as connection:
            return await decisions.one(connection, number)

    async def judge(self, number: int, judgement: Judgement | None) -> bool:
        """Keep what a person says of a decision, or take it back."""
        async with self.writing() as connection:
            return await decisions.judge(connection, number, judgement)

    async def days(self, since: int, until: int) -> Sequence[Day]:
        """The days from one to before another that have a count."""
        async with self.reading() as connection:
            return await counts.days(connection, since, until)

    async def slips(self, since: int, until: int, limit: int = 20) -> Sequence[Slip]:
        """What was typed for what on these days."""
        async with self.reading() as connection:
            return await counts.slips(connection, since, until, limit)

    async def tally(self, since: int, until: int) -> Tally:
        """What was counted on the days from one to before another."""
        async with self.reading() as connection:
            return await counts.tallies(connection, since, until)

    async def allow(self, permission: Permission, at: int) -> int:
        """Add an exception, and return its number."""
        async with self.writing() as connection:
            await write.mark(connection, "exceptions", await write.advance(connection))
            number = await connection.scalar(
                insert(exception)
                .values(
                    pattern=permission.pattern.text,
                    owner=permission.owner,
                    reason=permission.reason,
                    expires=permission.expires,
                    sender=permission.sender.text if permission.sender else None,
                    created=at,
                )
                .returning(exception.c.number)
            )
        return int(number or 0)

    async def revoke(self, number: int) -> bool:
        """Take an exception away; False where there is none of that number."""
        async with self.writing() as connection:
            done = await connection.execute(delete(exception).where(exception.c.number == number))
            if done.rowcount:
                await write.mark(connection, "exceptions", await write.advance(connection))
        return done.rowcount > 0

    async def exceptions(self) -> Sequence[StoredException]:
        """All exceptions, the oldest first."""
        async with self.reading() as connection:
            return await read.exceptions(connection)

    async def attempted(
        self, purpose: str, sender: str, address: str, at: int, within: int
    ) -> int | None:
        """When this was first tried; None where this is the first time that counts."""
        async with self.writing() as connection:
            return await attempts.first(connection, (purpose, sender, address), at, within)

    async def drop_attempt(self, purpose: str, sender: str, address: str) -> None:
        """Let the next attempt be a first one again."""
        async with self.writing() as connection:
            await attempts.drop(connection, purpose, sender, address)

    async def keep_facts(self, facts: Mapping[str, DomainFacts], at: int, ttl: int) -> None:
        """Keep what the DNS said of some domains."""
        rows = [
            {"domain": name, "facts": read.facts_to_json(said), "fetched": at, "expires": at + ttl}
            for name, said in sorted(facts.items())
        ]
        if rows:
            async with self.writing() as connection:
                await connection.execute(
                    write.replacing(connection, domain_facts, ("domain",)), rows
                )

    async def facts(self, domains: Collection[str], at: int) -> Mapping[str, DomainFacts]:
        """What is kept of these domains and still holds."""
        async with self.reading() as connection:
            return await read.facts(connection, domains, at)

    async def forget(self, address: str) -> Erased:
        """Take away every row that names this address."""
        async with self.writing() as connection:
            gone = Erased(await erase.forget(connection, address))
        await self._overwrite()
        return gone

    async def expire(self, before: int) -> Erased:
        """Take away what was last used, decided or learned before that moment."""
        async with self.writing() as connection:
            gone = Erased(await erase.expire(connection, before))
        await self._overwrite()
        return gone

    async def _overwrite(self) -> None:
        """Let nothing that was erased live on in SQLite's write-ahead log."""
        if self._watch is not None:
            with guarded(self._url):
                async with self._engine.connect() as connection:
                    autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
                    await autocommit.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    async def export(self, address: str | None = None) -> AsyncGenerator[Mapping[str, Json]]:
        """All that is kept, or what names an address."""
        async with self.reading() as connection:
            async for row in export.export(connection, address):
                yield row

    async def close(self) -> None:
        """Close every connection."""
        if self._watch is not None:
            self._watch.close()
        if self._thread is not None:
            await self._thread.close()
        if self._listener is not None:
            await self._listener.close()
        await self._engine.dispose()
