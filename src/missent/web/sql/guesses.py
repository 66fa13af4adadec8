"""Wrong guesses in SQLite or PostgreSQL, counted for all processes together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, select, update

from missent.memory.sql import write
from missent.web.sql.alone import alone
from missent.web.sql.tables import guess

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from missent.memory.sql.store import SqlStore
    from missent.web.signin.guesses import Pace


class SqlGuesses:
    """The counts of a store that is open."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def charge(self, buckets: Mapping[str, Pace], at: int) -> int:
        """Count a guess in each bucket before it is made, so that many at once are many.

        Returns:
            Seconds to wait before any guess may be made; 0 where it was counted and may be made.
        """
        async with self._store.writing() as connection:
            await alone(connection, guess)
            oldest = at - max(pace.forgotten for pace in buckets.values())
            await connection.execute(delete(guess).where(guess.c.at <= oldest))
            rows = await connection.execute(select(guess).where(guess.c.bucket.in_(buckets)))
            before = {
                row.bucket: (int(row[1]), int(row.at)) for row in rows
            }  # a row has a method `count`
            waits = [0]
            counts = {}
            for bucket, pace in buckets.items():
                count, last = before.get(bucket, (0, 0))
                if last + pace.forgotten <= at:
                    count = 0
                waits.append(last + pace.after(count) - at if count else 0)
                counts[bucket] = count + 1
            if max(waits) <= 0:
                await connection.execute(
                    write.replacing(connection, guess, ("bucket",)),
                    [{"bucket": b, "count": n, "at": at} for b, n in sorted(counts.items())],
                )
        return max(waits)

    async def refund(self, bucket: str) -> None:
        """Take back that a guess was counted: it was right."""
        async with self._store.writing() as connection:
            await connection.execute(
                update(guess)
                .where(and_(guess.c.bucket == bucket, guess.c["count"] > 0))
                .values(count=guess.c["count"] - 1)
            )

    async def clear(self, buckets: Sequence[str]) -> int:
        """Forget what was guessed, and return how many counts there were."""
        async with self._store.writing() as connection:
            done = await connection.execute(delete(guess).where(guess.c.bucket.in_(buckets)))
        return done.rowcount
