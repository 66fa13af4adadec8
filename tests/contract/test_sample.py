"""The sample organisation leaves every store as it would be without it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from missent.core.pattern import Pattern
from missent.core.permission import Permission
from missent.hold.held import Pick
from missent.hold.keys import Keys
from missent.hold.machine import Choice, State, Way
from missent.hold.sql.store import SqlHold
from missent.memory.counted import Overridden
from missent.memory.decided import Decision
from missent.memory.interface import DAY, Batch
from missent.memory.learned import Delta, Lesson
from missent.memory.sql.tables import code_day, contact, correction, decision, slip_day, tally
from missent.web.sample import people
from missent.web.sample.made import DAYS, make
from missent.web.sample.store import SqlSample

if TYPE_CHECKING:
    from missent.memory.sql.store import SqlStore

KEYS = Keys([b"k" * 32])
NOW = int(time.time())
GMIAL = ("joe@gmial.com", ("T101",), "joe@gmail.com")


def real(at: int) -> Batch:
    """What happens beside the sample, on its days and by its slips."""
    recipient, codes, meant = GMIAL
    one = Decision(at, "ann@corp.example", recipient, "hold", codes, 0.99, (meant,), "kept",
                   enforced=True)  # fmt: skip
    counted = {(at // DAY, "messages"): 3, (at // DAY, "hold"): 1, (at // DAY, "allow"): 2}
    learned = Lesson((Delta("ann@corp.example", meant, at, sent=1),))
    return Batch([learned], decisions=[one], tally=counted,
                 overridden=[Overridden(at, recipient, codes, meant)])  # fmt: skip


async def everything(store: SqlStore) -> list[Any]:
    """All rows that mean something, without the numbers that the store gave them."""
    found: list[Any] = []
    async with store.reading() as connection:
        for table in (tally, code_day, slip_day, contact, correction, decision):
            columns = [column for column in table.c if column.name not in {"number", "change"}]
            rows = await connection.execute(select(*columns).order_by(*columns))
            found.append([tuple(row) for row in rows])
    found.append([one.permission for one in await store.exceptions()])
    found.append([held.name for held in await SqlHold(store).messages(every=True)])
    return found


async def test_what_is_real_stays_as_it_is(store: SqlStore) -> None:
    sample, hold = SqlSample(store), SqlHold(store)
    moments = [NOW - n * DAY for n in range(0, DAYS, 5)]
    ours = Permission(Pattern.parse("orange.example"), "ann@corp.example", "ours")
    await store.allow(ours, NOW)
    for at in moments[::2]:
        await store.write(real(at))
    await sample.lay(make(NOW), KEYS)
    for at in moments[1::2]:
        await store.write(real(at))
    mixed = await store.days(0, NOW // DAY + 1)
    for held in await hold.messages():
        choice = (Choice.SEND, Choice.INSTEAD, Choice.DISCARD)[int(held.name, 16) % 3]
        meant = "x@army.mil" if choice is Choice.INSTEAD else ""
        pick = Pick(held.name, 1, choice, Way.REVIEWER, "ann", NOW, meant)
        assert isinstance(await hold.choose(pick), State)
    assert await sample.there()
    assert await sample.remove() > 50
    assert not await sample.there()
    found = await everything(store)
    assert found[:3] != [[], [], []]
    assert len(await store.days(0, NOW // DAY + 1)) < len(mixed)
    assert found[-2] == [ours]
    assert found[-1] == []
    for at in moments:
        count = real(at)
        for key, n in count.tally.items():
            assert (*key, n) in found[0]
    assert sum(row[2] for row in found[0]) == 6 * len(moments)
    assert [tuple(row[1:]) for row in found[1]] == [("T101", 1, 1, 1)] * len(moments)
    assert [tuple(row[1:]) for row in found[2]] == [("gmial.com", "gmail.com", 1, 1, 1)] * len(
        moments
    )
    assert len(found[5]) == len(moments)
    assert await sample.remove() == 0
    assert await everything(store) == found


async def test_it_looks_like_a_month_of_an_organisation(store: SqlStore) -> None:
    made = make(NOW)
    await SqlSample(store).lay(made, KEYS)
    days = await store.days(0, NOW // DAY + 1)
    assert len(days) == DAYS
    assert sum(day.messages for day in days) > 5000
    page = await store.latest(limit=200)
    assert {one.action for _, one in page.rows} == {"warn", "hold", "block"}
    assert {one.judgement.right for _, one in page.rows if one.judgement} == {True, False}
    assert all(one.sender.endswith(f"@{people.DOMAIN}") for _, one in page.rows)
    assert all(one.findings for _, one in page.rows)
    waiting = await SqlHold(store).messages()
    assert len(waiting) == len(people.LETTERS)
    assert all(held.expires > NOW for held in waiting)
    assert await SqlHold(store).due() is None  # nobody is asked about it
    sealed = await SqlHold(store).sealed(waiting[0].name)
    assert sealed is not None
    assert b"Subject: " in KEYS.open(sealed, waiting[0].name)
    assert len(await store.exceptions()) == len(people.EXCEPTIONS)
