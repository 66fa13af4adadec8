"""What lookalikes did with mail, as the store keeps it: a row for each change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from missent.exposure.handover import Registration, same
from missent.exposure.lookalike import State
from missent.memory.sql.tables import lookalike, registration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from missent.exposure.lookalike import Lookalike
    from missent.exposure.since import Before
    from missent.memory.sql.store import SqlStore


class History:
    """Reads and writes the rows.

    Args:
        store: is open.
    """

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    async def latest(self) -> Before:
        """What each did when it was last known."""
        async with self._store.reading() as connection:
            rows = await connection.execute(select(lookalike).order_by(lookalike.c.at))
            return {(row.name, row.meant): (State(row.state), row.operator) for row in rows}

    async def add(self, found: Iterable[Lookalike], at: int) -> int:
        """Write what is another than before, and return how many rows that were.

        What is not known now adds nothing, and neither does what nobody has to ask about.
        """
        before = await self.latest()
        rows = [
            {
                "name": one.name,
                "meant": one.meant,
                "at": at,
                "state": str(one.state),
                "operator": one.operator,
            }
            for one in found
            if one.state not in {State.UNKNOWN, State.IMPOSSIBLE, State.OURS}
            and before.get((one.name, one.meant)) != (one.state, one.operator)
        ]
        if rows:
            async with self._store.writing() as connection:
                await connection.execute(insert(lookalike), rows)
        return len(rows)

    async def registrations(self) -> dict[str, Registration]:
        """What was last said of each name, and when."""
        async with self._store.reading() as connection:
            rows = await connection.execute(select(registration).order_by(registration.c.at))
            return {
                row.name: Registration(
                    datetime.fromtimestamp(row.at, UTC).date(),
                    row.registered,
                    row.expires,
                    row.registrar,
                    row.registrant,
                    row.standing,
                )
                for row in rows
            }

    async def add_registrations(self, found: Mapping[str, Registration], at: int) -> None:
        """Write what a registry says otherwise than before, or what is near now and was not."""
        before = await self.registrations()
        rows = [
            {
                "name": name,
                "at": at,
                "registered": one.registered,
                "expires": one.expires,
                "registrar": one.registrar,
                "registrant": one.registrant,
                "standing": one.standing,
            }
            for name, one in found.items()
            if not same(one, before.get(name))
        ]
        if rows:
            async with self._store.writing() as connection:
                await connection.execute(insert(registration), rows)
