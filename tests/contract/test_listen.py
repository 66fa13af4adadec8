"""PostgreSQL's own word that somebody wrote, and what happens without it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from missent.core.address import Address
from missent.core.message import Message, Recipient
from missent.memory.interface import Batch
from missent.memory.learned import Delta, Lesson
from missent.memory.memory import Memory
from missent.memory.sql.engine import connect, driver_url
from missent.memory.sql.listen import Listener
from missent.memory.sql.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from missent.testing.postgres import Postgres

ANN, EVE = "ann@corp.example", "eve@partner.example"
LESSON = Batch([Lesson((Delta(ANN, EVE, 5, sent=1),))])


async def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it did not come true"
        await asyncio.sleep(0.01)


@pytest.fixture
def url(postgres: Postgres) -> str:
    return postgres.database()


async def test_a_store_is_told_of_what_others_write(url: str) -> None:
    one, other = await SqlStore.open(url), await SqlStore.open(url)
    assert one.stale() is None  # nothing was read yet
    await one.changes(0)
    assert one.stale() is False
    await other.write(LESSON)
    await until(lambda: one.stale() is True)
    assert len((await one.changes(0)).contacts) == 1
    assert one.stale() is False
    await one.close()
    await other.close()


async def test_without_its_connection_the_store_is_read_and_one_is_made_again(url: str) -> None:
    one = await Memory.open(url)
    await until(lambda: one.store.stale() is False)
    engine = connect(driver_url(url))
    async with engine.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            )
        )
    await engine.dispose()
    await until(lambda: one.store.stale() is None)
    other = await Memory.open(url)
    other.remember(Message(Address.parse(ANN), (Recipient(Address.parse(EVE)),)), 5)
    await until(lambda: one.view().pair(ANN, EVE) is not None)
    await until(lambda: one.store.stale() is False)
    await one.close()
    await other.close()


async def test_a_server_that_is_not_there_is_no_error_of_the_listener() -> None:
    engine = connect(driver_url("postgresql://m@127.0.0.1:1/missent"))
    listener = Listener(engine)
    await listener.listen()
    assert listener.heard is None
    await listener.close()
    await engine.dispose()
