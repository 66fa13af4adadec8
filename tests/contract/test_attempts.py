"""Attempts that all processes share. Each test runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from missent.memory.attempts import StoredAttempts
from missent.memory.sql.store import SqlStore

if TYPE_CHECKING:
    import pytest

    from missent.memory.interface import Store

ANN, BOB = "ann@corp.example", "bob@corp.example"
GEN = "gen@army.ml"
KEY = ("confirm", ANN, GEN)


async def test_the_first_attempt_is_recorded_and_the_second_sees_it(store: Store) -> None:
    attempts = StoredAttempts(store)
    assert await attempts.first(*KEY, at=1000, within=900) is None
    assert await attempts.first(*KEY, at=1005, within=900) == 1000
    assert await attempts.first(*KEY, at=1900, within=900) == 1000


async def test_an_attempt_that_is_too_old_is_as_none(store: Store) -> None:
    attempts = StoredAttempts(store)
    await attempts.first(*KEY, at=1000, within=900)
    assert await attempts.first(*KEY, at=1901, within=900) is None
    assert await attempts.first(*KEY, at=1902, within=900) == 1901


async def test_purpose_sender_and_address_each_have_their_own(store: Store) -> None:
    attempts = StoredAttempts(store)
    await attempts.first(*KEY, at=1000, within=900)
    assert await attempts.first("notice", ANN, GEN, at=1001, within=900) is None
    assert await attempts.first("confirm", BOB, GEN, at=1001, within=900) is None
    assert await attempts.first("confirm", ANN, "gen@army.mil", at=1001, within=900) is None
    assert await attempts.first("confirm", "", GEN, at=1001, within=900) is None


async def test_a_forgotten_attempt_is_a_first_one_again(store: Store) -> None:
    attempts = StoredAttempts(store)
    await attempts.first(*KEY, at=1000, within=900)
    await attempts.forget(*KEY)
    assert await attempts.first(*KEY, at=1100, within=900) is None


async def test_other_processes_see_it(url: str, store: Store) -> None:
    other = await SqlStore.open(url)
    assert await StoredAttempts(store).first(*KEY, at=1000, within=900) is None
    assert await StoredAttempts(other).first(*KEY, at=1020, within=900) == 1000
    await other.close()


async def test_of_many_at_once_one_is_the_first(url: str) -> None:
    stores = [await SqlStore.open(url) for _ in range(3)]
    counts = [StoredAttempts(store) for store in stores]
    answers = await asyncio.gather(*(c.first(*KEY, at=1000, within=900) for c in counts * 4))
    assert sorted(answers, key=str) == [1000] * 11 + [None]
    for store in stores:
        await store.close()


async def test_one_sender_cannot_fill_the_store(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("missent.memory.sql.attempts._MOST", 10)
    attempts = StoredAttempts(store)
    for n in range(13):
        await attempts.first("confirm", ANN, f"a{n}@army.ml", at=1000 + n, within=900)
    kept = [row async for row in store.export(ANN)]
    assert len(kept) == 10
    assert await attempts.first("confirm", ANN, "a12@army.ml", at=1600, within=900) == 1012
    assert await attempts.first("confirm", ANN, "a0@army.ml", at=1600, within=900) is None


async def test_attempts_are_exported_forgotten_and_expire_like_the_rest(store: Store) -> None:
    attempts = StoredAttempts(store)
    await attempts.first(*KEY, at=1000, within=900)
    assert [dict(row) async for row in store.export(GEN)] == [
        {"kind": "attempt", "purpose": "confirm", "sender": ANN, "address": GEN,
         "first": "1970-01-01T00:16:40Z"}
    ]  # fmt: skip
    await store.forget(GEN)
    assert [row async for row in store.export()] == []
    await attempts.first(*KEY, at=1000, within=900)
    await store.expire(2000)
    assert [row async for row in store.export()] == []
