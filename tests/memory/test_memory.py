"""A running process's memory: visible at once, durable in order, shared with other processes."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from missent.core.address import Address
from missent.core.errors import StoreError
from missent.core.facts import Use
from missent.core.message import Message, Recipient
from missent.core.pattern import Pattern
from missent.core.permission import Permission
from missent.memory.decided import Decision
from missent.memory.interface import Batch
from missent.memory.keeping import MemoryOptions
from missent.memory.learned import Correction, Delta, Lesson
from missent.memory.memory import Memory
from missent.memory.sql.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ANN, EVE, DAN = "ann@corp.example", "eve@partner.example", "dan@other.example"
OWN = frozenset({"corp.example"})
QUICK = MemoryOptions(poll=0.02, retry=0.05)


def message(sender: str, *to: str, message_id: str = "") -> Message:
    recipients = tuple(Recipient(Address.parse(address)) for address in to)
    return Message(Address.parse(sender), recipients, message_id)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/missent.db"


@pytest.fixture
async def memory(url: str) -> AsyncIterator[Memory]:
    opened = await Memory.open(url, own_domains=OWN, options=QUICK)
    yield opened
    await opened.close()


async def rows(url: str) -> dict[tuple[str, str], Use]:
    store = await SqlStore.open(url)
    found = {
        (row.sender, f"{row.local}@{row.domain}"): Use(*row[3:])
        async for batch in store.contacts()
        for row in batch
    }
    await store.close()
    return found


async def until(true: object, seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not come true"
        await asyncio.sleep(0.005)


async def test_a_message_sent_is_known_to_the_next_decision_and_soon_durable(
    memory: Memory, url: str
) -> None:
    assert memory.view().pair(ANN, EVE) is None
    memory.remember(message(ANN, EVE, DAN), 100)
    assert memory.view().pair(ANN, EVE) == Use(1, 100, 100)
    assert memory.view().address(DAN) == Use(1, 100, 100)
    assert list(memory.view().domains_near("partnr.example")) == ["partner.example"]
    await memory.flush()
    assert await rows(url) == {(ANN, EVE): Use(1, 100, 100), (ANN, DAN): Use(1, 100, 100)}


async def test_all_kinds_of_evidence_are_kept_raw(memory: Memory, url: str) -> None:
    ann, eve = Address.parse(ANN), Address.parse(EVE)
    memory.remember(message(ANN, EVE), 100)
    memory.remember(message(EVE, ANN), 200)
    memory.confirm(ann, eve, 300)
    memory.bounce(ann, eve, 400)
    memory.bounce(None, eve, 400)
    assert memory.view().pair(ANN, EVE) == Use(1, 100, 100, 1, 1, confirmed=True)
    assert memory.view().address(EVE) == Use(1, 100, 100, 1, 2, confirmed=True)
    await memory.flush()
    assert await rows(url) == {
        (ANN, EVE): Use(1, 100, 100, 1, 1, confirmed=True),
        ("", EVE): Use(received=1, bounced=1),
    }


async def test_what_was_known_is_known_again_after_a_restart(url: str) -> None:
    first = await Memory.open(url, own_domains=OWN)
    first.remember(message(ANN, EVE), 100)
    first.correct(Address.parse(ANN), Address.parse("e@x.example"), Address.parse(EVE), 100)
    first.record([Decision(100, ANN, EVE, "allow")])
    await first.close()
    second = await Memory.open(url, own_domains=OWN)
    assert second.view().pair(ANN, EVE) == Use(1, 100, 100)
    assert second.view().meant(ANN, "e@x.example") == EVE
    assert second.view().meant(DAN, "e@x.example") == EVE
    assert [d.recipient for _, d in await second.store.decisions()] == [EVE]
    await second.close()


async def test_the_same_message_id_counts_once_also_when_it_was_learned_before(
    memory: Memory, url: str
) -> None:
    sent = message(ANN, EVE, message_id="1@corp.example")
    memory.remember(sent, 100)
    await memory.flush()
    other = await Memory.open(url, own_domains=OWN)
    other.remember(sent, 100)
    await other.close()
    assert await rows(url) == {(ANN, EVE): Use(1, 100, 100)}


async def test_what_another_process_sends_is_known_before_the_next_decision(
    memory: Memory, url: str
) -> None:
    script = (
        "import asyncio, sys\n"
        "from missent.memory.interface import Batch\n"
        "from missent.memory.learned import Delta, Lesson\n"
        "from missent.memory.sql.store import SqlStore\n"
        "async def main():\n"
        "    store = await SqlStore.open(sys.argv[1])\n"
        "    await store.write(Batch([Lesson((Delta(*sys.argv[2:4], 100, sent=1),))]))\n"
        "    await store.close()\n"
        "asyncio.run(main())\n"
    )
    await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", script, url, ANN, EVE], check=True
    )
    await memory.refresh()
    assert memory.view().pair(ANN, EVE) == Use(1, 100, 100)


async def test_what_others_do_comes_by_itself_and_counts_once(memory: Memory, url: str) -> None:
    other = await Memory.open(url, own_domains=OWN, options=QUICK)
    for turn in range(10):
        memory.remember(message(ANN, EVE), 100 + turn)
        other.remember(message(ANN, EVE), 200 + turn)
        other.remember(message(ANN, DAN), 300)
        await asyncio.sleep(0.01)
    other.correct(None, Address.parse("e@x.example"), Address.parse(EVE), 1)
    number = await other.store.allow(Permission(Pattern.parse(EVE), "o", "r"), 1)
    expected = Use(20, 100, 209)
    await until(lambda: memory.view().pair(ANN, EVE) == expected)
    await until(lambda: other.view().pair(ANN, EVE) == expected)
    await until(lambda: memory.view().meant(ANN, "e@x.example") == EVE)
    await until(lambda: len(memory.permissions.entries) == 1)
    await asyncio.sleep(0.1)
    assert memory.view().pair(ANN, EVE) == expected
    assert memory.view().pair(ANN, DAN) == Use(10, 300, 300)
    assert memory.view().domain("partner.example") == expected
    assert await other.store.revoke(number)
    await until(lambda: not memory.permissions)
    await other.close()


async def test_what_is_forgotten_is_forgotten_by_every_process(memory: Memory, url: str) -> None:
    other = await Memory.open(url, own_domains=OWN, options=QUICK)
    memory.remember(message(ANN, EVE, DAN), 100)
    await memory.flush()
    await until(lambda: other.view().pair(ANN, EVE) is not None)
    assert await memory.forget(EVE)
    assert memory.view().address(EVE) is None
    assert memory.view().address(DAN) == Use(1, 100, 100)
    await until(lambda: other.view().address(EVE) is None)
    assert other.view().address(DAN) == Use(1, 100, 100)
    await memory.expire(101)
    assert memory.view().address(DAN) is None
    await other.close()


async def test_a_view_that_a_decision_holds_outlives_a_new_snapshot(memory: Memory) -> None:
    memory.remember(message(ANN, EVE), 100)
    held = memory.view()
    await memory.forget(EVE)
    assert memory.view().pair(ANN, EVE) is None
    assert held.pair(ANN, EVE) == Use(1, 100, 100)


async def test_a_large_overlay_becomes_a_snapshot_and_nothing_is_lost_or_doubled(url: str) -> None:
    options = MemoryOptions(poll=0.01, overlay=20)
    memory = await Memory.open(url, own_domains=OWN, options=options)
    other = await Memory.open(url, own_domains=OWN, options=options)
    expected: dict[str, int] = {}
    for turn in range(300):
        address = f"p{turn % 60}@partner.example"
        expected[address] = expected.get(address, 0) + 1
        (memory if turn % 3 else other).remember(message(ANN, address), turn + 1)
        if turn % 10 == 0:
            await asyncio.sleep(0.01)

    def seen(of: Memory) -> dict[str, int]:
        return {a: (of.view().pair(ANN, a) or Use()).sent for a in expected}

    await until(lambda: seen(memory) == expected)
    await until(lambda: seen(other) == expected)
    assert memory.view().locals_at("partner.example") == 60
    await until(lambda: len(memory._keeping.overlay) <= 20)  # a new snapshot holds the rest
    assert seen(memory) == expected
    assert memory.view().domain("partner.example") == Use(300, 1, 300)
    await memory.close()
    await other.close()


def rename(url: str, table: str, name: str) -> None:
    """Break the store under a running process, or mend it."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {name}")


async def test_a_store_that_fails_stops_no_decision_and_loses_nothing(
    memory: Memory, url: str
) -> None:
    rename(url, "contact", "away")
    memory.remember(message(ANN, EVE), 100)
    memory.record([Decision(100, ANN, EVE, "hold")])
    memory.count(3, ["messages", "hold"])
    with pytest.raises(StoreError, match="no such table: contact"):
        await memory.flush()
    memory.remember(message(ANN, DAN), 200)
    assert memory.view().pair(ANN, EVE) == Use(1, 100, 100)
    memory.count(3, ["messages"])
    rename(url, "away", "contact")
    await until(lambda: len(memory._keeping.pending) == 0)
    await memory.flush()
    assert await rows(url) == {(ANN, EVE): Use(1, 100, 100), (ANN, DAN): Use(1, 200, 200)}
    assert [d.recipient for _, d in await memory.store.decisions()] == [EVE]
    assert await memory.store.tally(0, 10) == {(3, "hold"): 1, (3, "messages"): 2}


async def test_a_store_that_fails_is_told_once(
    memory: Memory, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rename(url, "contact", "away")
    memory.remember(message(ANN, EVE), 100)
    with pytest.raises(StoreError):
        await memory.flush()
    for _ in range(3):
        memory.remember(message(ANN, DAN), 100)
        with pytest.raises(StoreError):
            await memory.flush()
    rename(url, "away", "contact")
    said: list[str] = []

    def told(text: str) -> int:
        said.append(capsys.readouterr().out)
        return "".join(said).count(text)

    await until(lambda: told("the store is back") == 1)
    assert told("the store failed") == 1


async def test_what_waits_for_a_store_that_fails_for_long_is_bounded(url: str) -> None:
    options = MemoryOptions(poll=0.01, retry=60, waiting=10)
    memory = await Memory.open(url, own_domains=OWN, options=options)
    rename(url, "contact", "away")
    for number in range(30):
        memory.remember(message(ANN, f"p{number}@partner.example"), 100)
    with pytest.raises(StoreError):
        await memory.flush()
    assert len(memory._keeping.pending) <= 10
    assert memory._keeping.pending.lost >= 20
    rename(url, "away", "contact")
    await memory.close()
    kept = {(ANN, f"p{number}@partner.example") for number in range(20, 30)}
    assert set(await rows(url)) == kept


async def test_a_store_can_be_shared_by_a_writer_that_is_no_memory(
    memory: Memory, url: str
) -> None:
    store = await SqlStore.open(url)
    await store.write(
        Batch([Lesson((Delta(ANN, EVE, 5, sent=1),))], [Correction(ANN, DAN, EVE, 5)])
    )
    await store.close()
    await until(lambda: memory.view().pair(ANN, EVE) == Use(1, 5, 5))
    assert memory.view().meant(ANN, DAN) == EVE
