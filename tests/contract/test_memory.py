"""Processes that share a store, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from missent.core.address import Address
from missent.core.facts import Use
from missent.core.message import Message, Recipient
from missent.core.pattern import Pattern
from missent.core.permission import Permission
from missent.memory.interface import Batch
from missent.memory.keeping import MemoryOptions
from missent.memory.learned import Delta, Lesson
from missent.memory.memory import Memory
from missent.memory.sql.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from missent.memory.learned import Changes, Written

ANN, EVE, DAN = "ann@corp.example", "eve@partner.example", "dan@other.example"
OWN = frozenset({"corp.example"})
QUICK = MemoryOptions(poll=0.02, overlay=5)


def message(sender: str, *to: str) -> Message:
    return Message(Address.parse(sender), tuple(Recipient(Address.parse(one)) for one in to))


async def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end, "it did not come true"
        await asyncio.sleep(0.01)


async def test_an_exception_that_is_made_while_a_snapshot_is_read_is_known(url: str) -> None:
    memory = await Memory.open(url, options=MemoryOptions(poll=3600, look=3600))
    await memory.store.allow(Permission(Pattern.parse(EVE), "o", "r"), 1)
    memory._keeping._reload()
    loading = memory._keeping._loading
    assert loading is not None
    await asyncio.wait([loading])
    await memory._keeping.pull()
    assert len(memory.permissions.entries) == 1
    await memory.close()


async def test_what_one_learns_and_forgets_the_other_knows(url: str) -> None:
    one = await Memory.open(url, own_domains=OWN, options=QUICK)
    other = await Memory.open(url, own_domains=OWN, options=QUICK)
    for turn in range(10):
        one.remember(message(ANN, EVE, DAN, f"{turn}@partner.example"), 100 + turn)
        other.remember(message(ANN, EVE), 200 + turn)
        await asyncio.sleep(0.01)
    one.correct(Address.parse(ANN), Address.parse("e@x.example"), Address.parse(EVE), 1)
    one.confirm(Address.parse(ANN), Address.parse(EVE), 300)
    await one.store.allow(Permission(Pattern.parse(EVE), "o", "r"), 1)
    expected = Use(20, 100, 209, confirmed=True)
    for memory in (one, other):
        await until(lambda m=memory: m.view().pair(ANN, EVE) == expected)  # type: ignore[misc]
        await until(lambda m=memory: m.view().meant(ANN, "e@x.example") == EVE)  # type: ignore[misc]
        await until(lambda m=memory: len(m.permissions.entries) == 1)  # type: ignore[misc]
        assert memory.view().pair(ANN, DAN) == Use(10, 100, 109)
        assert memory.view().locals_at("partner.example") == 11
        assert memory.view().domains_known() == 2
    await one.forget(EVE)
    assert one.view().address(EVE) is None
    await until(lambda: other.view().address(EVE) is None)
    await until(lambda: not other.permissions)
    await one.close()
    await other.close()
    again = await Memory.open(url, own_domains=OWN)
    assert again.view().pair(ANN, DAN) == Use(10, 100, 109)
    assert again.view().address(EVE) is None
    await again.close()


async def test_what_one_learns_after_a_pause_the_other_knows_within_a_moment(url: str) -> None:
    """Half a second on a busy machine; a twentieth for the look, and the write, on a quiet one."""
    one = await Memory.open(url, own_domains=OWN)
    other = await Memory.open(url, own_domains=OWN)
    took = []
    for turn in range(5):
        await asyncio.sleep(0.5)  # longer than writes that came before make the next one wait
        address = f"{turn}@partner.example"
        began = time.monotonic()
        one.remember(message(ANN, address), 100)
        await until(lambda: other.view().pair(ANN, address) is not None)  # noqa: B023
        took.append(time.monotonic() - began)
    await one.close()
    await other.close()
    assert min(took) < 0.5, took


async def test_under_load_it_takes_no_longer_than_a_write_waits_for_more(url: str) -> None:
    options = MemoryOptions(gather=0.4, share=0.0001)
    one = await Memory.open(url, own_domains=OWN, options=options)
    other = await Memory.open(url, own_domains=OWN)
    writes = 0
    write = one.store.write

    async def counted(batch: Batch) -> Written:
        nonlocal writes
        writes += 1
        return await write(batch)

    one.store.write = counted  # type: ignore[method-assign]
    began = time.monotonic()
    turn = 0
    while time.monotonic() - began < 2:
        turn += 1
        one.remember(message(ANN, f"{turn}@partner.example"), 100)
        await asyncio.sleep(0.005)
    assert writes <= 2 / 0.4 + 2
    await until(lambda: other.view().locals_at("partner.example") == turn)
    await one.close()
    await other.close()


async def test_others_are_heard_without_reading_the_store_again_and_again(url: str) -> None:
    one = await Memory.open(url, own_domains=OWN)
    other = await SqlStore.open(url)
    await asyncio.sleep(0.5)
    reads = 0
    changes = one.store.changes

    async def counted(since: int) -> Changes:
        nonlocal reads
        reads += 1
        return await changes(since)

    one.store.changes = counted  # type: ignore[method-assign]
    await asyncio.sleep(1)
    assert reads == 0
    await other.write(Batch([Lesson((Delta(ANN, EVE, 5, sent=1),))]))
    await until(lambda: one.view().pair(ANN, EVE) is not None)
    assert reads == 1
    await other.close()
    await one.close()
