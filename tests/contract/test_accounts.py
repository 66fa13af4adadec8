"""Accounts, sessions, guesses and sign-ins under way, in every store."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from missent.memory.sql.store import SqlStore
from missent.web.signin.guesses import Pace
from missent.web.sql.accounts import Account, SqlAccounts
from missent.web.sql.guesses import SqlGuesses
from missent.web.sql.pending import SqlPending, Step
from missent.web.sql.sessions import SqlSessions
from missent.web.sql.trail import SqlTrail
from missent.web.trail import faults

if TYPE_CHECKING:
    from collections.abc import Sequence

ANN = Account("ann", "viewer", password="hash", created=5)
BOB = Account("bob@corp.example", "reviewer", "https://id.example", "1234", created=6)


async def test_accounts(store: SqlStore) -> None:
    accounts = SqlAccounts(store)
    assert await accounts.add(ANN, "root")
    assert await accounts.add(BOB, BOB.source)
    assert not await accounts.add(ANN._replace(role="administrator"), "root")
    assert not await accounts.add(BOB._replace(name="eve"), "root")  # the same subject
    assert await accounts.all() == [ANN._replace(subject="ann"), BOB]
    assert await accounts.vouched(BOB.source, "1234") == BOB
    assert await accounts.vouched("https://evil.example", "1234") is None
    assert await accounts.set_role("ann", "administrator", "root")
    assert not await accounts.set_role("eve", "administrator", "root")
    assert await accounts.set_password("ann", "other", "root")
    assert not await accounts.set_password("eve", "other", "root")
    assert not await accounts.set_totp("eve", "KEY", ["a"], "root")
    await accounts.rehash("ann", "hash", "late")  # it was changed meanwhile
    found = await accounts.find("ann")
    assert found is not None
    assert (found.role, found.password) == ("administrator", "other")
    assert await accounts.remove("ann", "root")
    assert not await accounts.remove("ann", "root")
    entries = await SqlTrail(store).entries()
    assert [(e.who, e.action, e.object, e.detail) for e in entries] == [
        ("root", "add user", "ann", "viewer"),
        (BOB.source, "add user", BOB.name, "reviewer"),
        ("root", "change role of user", "ann", "administrator"),
        ("root", "change password of user", "ann", ""),
        ("root", "remove user", "ann", ""),
    ]
    assert list(faults(entries)) == []


async def test_a_code_is_used_once_by_processes_at_once(url: str) -> None:
    stores: Sequence[SqlStore] = [await SqlStore.open(url) for _ in range(3)]
    desks = [SqlAccounts(one) for one in stores]
    await desks[0].add(ANN, "root")
    assert await desks[0].set_totp("ann", "KEY", ["one", "two"], "root")
    used = await asyncio.gather(*(desk.use_step("ann", 7) for desk in desks))
    assert sorted(used) == [False, False, True]
    assert not await desks[0].use_step("ann", 6)
    assert await desks[0].use_step("ann", 8)
    recovered = await asyncio.gather(*(desk.use_recovery("ann", "one") for desk in desks))
    assert sorted(recovered) == [False, False, True]
    await desks[0].set_totp("ann", "", [], "root")
    assert not await desks[0].use_recovery("ann", "two")
    for one in stores:
        await one.close()


async def test_sessions(store: SqlStore) -> None:
    accounts, sessions = SqlAccounts(store), SqlSessions(store)
    await accounts.add(ANN, "root")
    for number, digest in enumerate(("a", "b", "c")):
        await sessions.add(digest, "ann", "password", 100 + number)
    found = await sessions.find("a")
    assert found is not None
    assert (found.account, found.role, found.way) == ("ann", "viewer", "password")
    assert (found.created, found.seen) == (100, 100)
    await sessions.touch("a", 500)
    await sessions.tidy(created=0, seen=102)
    assert await sessions.find("b") is None
    assert await sessions.find("c") is not None
    await sessions.end("c")
    assert await sessions.find("c") is None
    assert await sessions.end_all("ann") == 1
    assert await sessions.find("a") is None
    await sessions.add("d", "ann", "password", 100)
    await accounts.set_password("ann", "new", "root")
    assert await sessions.find("d") is None
    await sessions.add("e", "nobody", "password", 100)
    assert await sessions.find("e") is None  # no account, no session


async def test_guesses_wait_longer_and_are_forgotten(store: SqlStore) -> None:
    guesses = SqlGuesses(store)
    pace = {"account:ann": Pace(2, longest=5, forgotten=100)}
    at = 1000
    waits = []
    for _ in range(6):
        wait = await guesses.charge(pace, at)
        waits.append(wait)
        at += wait
        if wait:
            assert await guesses.charge(pace, at) == 0
    assert waits == [0, 0, 2, 4, 5, 5]
    assert await guesses.charge(pace, at + 100) == 0
    assert await guesses.charge(pace, at + 100) == 0
    assert await guesses.charge(pace, at + 100) == 2
    await guesses.refund("account:ann")
    assert await guesses.charge(pace, at + 100) == 0
    assert await guesses.clear(["account:ann", "account:bob"]) == 1
    assert await guesses.charge(pace, at + 100) == 0


async def test_a_guess_that_waits_for_one_count_is_not_charged_to_the_other(
    store: SqlStore,
) -> None:
    guesses = SqlGuesses(store)
    slow, free = {"account:ann": Pace(1)}, {"address:x": Pace(3)}
    assert await guesses.charge(slow, 1000) == 0
    for _ in range(5):
        assert await guesses.charge(slow | free, 1000) == 2
    assert [await guesses.charge(free, 1000) for _ in range(4)] == [0, 0, 0, 2]


async def test_processes_count_together(url: str) -> None:
    stores: Sequence[SqlStore] = [await SqlStore.open(url) for _ in range(3)]
    pace = {"account:ann": Pace(5)}
    waits = await asyncio.gather(
        *(SqlGuesses(one).charge(pace, 1000) for one in stores for _ in range(7))
    )
    assert sorted(waits) == [0] * 5 + [2] * 16
    for one in stores:
        await one.close()


async def test_a_step_is_taken_once_and_by_its_kind(store: SqlStore) -> None:
    pending = SqlPending(store)
    step = Step("ann", "/held")
    await pending.add("digest", "code", step, 100, 200)
    assert await pending.look("digest", "code", 199) == step
    assert await pending.look("digest", "link", 199) is None
    assert await pending.look("digest", "code", 200) is None
    took = await asyncio.gather(*(pending.take("digest", "code", 150) for _ in range(5)))
    assert [one for one in took if one is not None] == [step]
    await pending.add("old", "code", step, 100, 200)
    await pending.add("new", "code", step, 200, 300)
    assert await pending.look("old", "code", 150) is None


async def test_known_browsers(store: SqlStore) -> None:
    pending = SqlPending(store)
    await pending.know("browser", "ann", 100, 200)
    await pending.know("browser", "bob", 100, 200)
    await pending.know("browser", "ann", 150, 250)
    assert await pending.knows("browser", "ann", 249)
    assert not await pending.knows("browser", "ann", 250)
    assert not await pending.knows("browser", "eve", 150)
    assert not await pending.knows("other", "ann", 150)
    await SqlAccounts(store).add(ANN, "root")
    await SqlAccounts(store).set_password("ann", "new", "root")
    assert not await pending.knows("browser", "ann", 150)
