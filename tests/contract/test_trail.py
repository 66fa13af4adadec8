"""The trail, in every store."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from missent.core.errors import StoreError
from missent.memory.sql.store import SqlStore
from missent.web.sql.trail import SqlTrail, add
from missent.web.trail import START, faults

if TYPE_CHECKING:
    from collections.abc import Sequence


async def three(trail: SqlTrail) -> None:
    await trail.record("ann", "sign in", detail="password", at=100)
    await trail.record("ann", "release held", "4f2a", "called her", at=101)
    await trail.record("bob", "sign out", at=102)


async def test_entries_are_numbered_chained_and_paged(store: SqlStore) -> None:
    trail = SqlTrail(store)
    await three(trail)
    entries = await trail.entries()
    assert [(e.number, e.who, e.action) for e in entries] == [
        (1, "ann", "sign in"),
        (2, "ann", "release held"),
        (3, "bob", "sign out"),
    ]
    assert list(faults(entries)) == []
    assert list(reversed(await trail.rows())) == entries
    assert [e.number for e in await trail.rows(before=3, limit=1)] == [2]
    assert [e.number for e in await trail.entries(after=1, limit=1)] == [2]


async def test_processes_add_to_one_chain(url: str) -> None:
    stores: Sequence[SqlStore] = [await SqlStore.open(url) for _ in range(3)]
    trails = [SqlTrail(one) for one in stores]
    await asyncio.gather(
        *(t.record(f"user{n}", "sign in", str(i)) for i in range(8) for n, t in enumerate(trails))
    )
    entries = await trails[0].entries()
    assert [entry.number for entry in entries] == list(range(1, 25))
    assert list(faults(entries)) == []
    for one in stores:
        await one.close()


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        ("UPDATE trail SET who = 'bob' WHERE number = 2", "entry 2 was changed, or one before it"),
        ("UPDATE trail SET at = 7 WHERE number = 1", "entry 1 was changed, or one before it"),
        ("DELETE FROM trail WHERE number = 2", "entry 2 is missing: after 1 comes 3"),
    ],
)
async def test_tampering_shows(store: SqlStore, tampering: str, told: str) -> None:
    trail = SqlTrail(store)
    await three(trail)
    async with store.writing() as connection:
        await connection.execute(text(tampering))
    assert list(faults(await trail.entries())) == [told]


async def test_an_entry_with_a_digest_made_anew_breaks_the_next(store: SqlStore) -> None:
    trail = SqlTrail(store)
    await three(trail)
    first = (await trail.entries())[0]
    async with store.writing() as connection:
        await connection.execute(text("DELETE FROM trail"))
        await add(connection, "eve", "sign in", at=first.at)
    trail_of_two = [*await trail.entries()]
    assert list(faults(trail_of_two)) == []  # a whole new chain holds together...
    assert trail_of_two[0].digest != first.digest  # ...but not with what was exported before


async def test_an_entry_is_undone_with_what_it_is_about(store: SqlStore) -> None:
    trail = SqlTrail(store)

    async def fail() -> None:
        async with store.writing() as connection:
            await add(connection, "ann", "add user", "bob")
            await connection.execute(text("INSERT INTO account (name) VALUES (NULL)"))

    with pytest.raises(StoreError):
        await fail()
    assert await trail.entries() == []
    assert (await trail.record("ann", "sign in")).number == 1


async def test_texts_from_outside_fit(store: SqlStore) -> None:
    trail = SqlTrail(store)
    entry = await trail.record("a\x00b\udc80", "x" * 5000, "\u202e<script>", "\U0001f600")
    assert await trail.entries() == [entry]
    assert entry.who == "ab?"
    assert len(entry.action) == 1000
    assert list(faults([entry], START)) == []


def test_there_is_no_way_to_change_or_delete() -> None:
    offered = {name for name in dir(SqlTrail) if not name.startswith("_")}
    assert offered == {"record", "rows", "entries"}
