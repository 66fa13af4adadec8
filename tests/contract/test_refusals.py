"""What the sinkhole counts, in every store."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from missent.memory.refusals import Counted, Key, Notice, Refusals
from missent.memory.sql.refusals import StoredRefusals
from missent.memory.sql.store import SqlStore
from missent.sinkhole.evidence.sketch import Sketch, merge

if TYPE_CHECKING:
    from collections.abc import Sequence

MIL = Key(20_000, "army.mil", "army.ml", "corp.example", "people")
BULK = Key(20_001, "army.mil", "army.ml", "", "bulk")


def batch(*senders: int, key: Key = MIL) -> Refusals:
    made = Refusals({key: Counted(len(senders), 2 * len(senders), set(senders))})
    made.faults[key.day, "early talker"] += 1
    return made


@pytest.fixture
def refusals(store: SqlStore) -> StoredRefusals:
    return StoredRefusals(store, merge)


async def test_batches_add_up(refusals: StoredRefusals) -> None:
    await refusals.add(batch(1 << 60, 2 << 60))
    await refusals.add(batch(2 << 60, 3 << 60))
    await refusals.add(batch(1, key=BULK))
    first, second = await refusals.rows(0, 30_000)
    assert (first.key, first.messages, first.recipients) == (MIL, 4, 8)
    assert Sketch.load(first.senders).count() == 3
    assert second.key == BULK
    assert await refusals.rows(20_001, 20_001) == [second]
    assert await refusals.faults(0, 30_000) == {"early talker": 3}


async def test_several_processes_lose_nothing(url: str) -> None:
    stores: Sequence[SqlStore] = [await SqlStore.open(url) for _ in range(3)]
    writers = [StoredRefusals(one, merge) for one in stores]
    await asyncio.gather(
        *(
            writer.add(batch((n * 3 + w) << 50))
            for n in range(10)
            for w, writer in enumerate(writers)
        )
    )
    (row,) = await writers[0].rows(0, 30_000)
    assert row.messages == 30
    for one in stores:
        await one.close()


async def test_old_days_go_but_not_during_a_hold(refusals: StoredRefusals) -> None:
    await refusals.add(batch(1))
    await refusals.add(batch(2, key=BULK))
    await refusals.hold("legal@registry.example", "case 7", 100)
    assert await refusals.expire(30_000) == 0
    assert await refusals.release(200) == 1
    assert await refusals.expire(20_001) == 2  # a count and a fault
    assert [row.key for row in await refusals.rows(0, 30_000)] == [BULK]
    (hold,) = await refusals.holds()
    assert (hold.since, hold.until, hold.reason) == (100, 200, "case 7")


async def test_who_was_told_is_kept_in_order(refusals: StoredRefusals) -> None:
    first = Notice(1, "owner", "mil", "abuse@mil.example", "rdap", "r1", "sent", "250 ok")
    second = Notice(2, "owner", "mil", "", "postmaster", "r2", "failed", "x" * 2000)
    await refusals.note(first)
    await refusals.note(second)
    await refusals.note(first._replace(subject="corp.example", party="sender"))
    assert await refusals.notices("mil") == [first, second._replace(detail="x" * 1000)]
    assert len(await refusals.notices()) == 3
