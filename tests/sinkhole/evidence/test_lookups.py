from __future__ import annotations

import asyncio

from missent.core.facts import Unknown
from missent.sinkhole.evidence.lookups import Lookups


class Oracle:
    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, question: int) -> str | Unknown:
        self.asked += 1
        await asyncio.sleep(0)
        if question < 0:
            raise ValueError(question)
        return str(question) if question else Unknown("timeout")


async def test_each_question_is_asked_once() -> None:
    oracle = Oracle()
    lookups = Lookups(oracle)
    for question in (1, 0, 1, 2, 1):
        lookups.begin(question)
    assert lookups.found(1) == Unknown("not answered yet")
    await lookups.wait()
    assert [lookups.found(question) for question in (1, 0, 2)] == ["1", Unknown("timeout"), "2"]
    assert lookups.found(3) == Unknown("not asked")
    lookups.begin(1)
    assert oracle.asked == 3


async def test_a_flood_asks_a_bounded_number() -> None:
    lookups = Lookups(Oracle())
    for question in range(1, 10_000):
        lookups.begin(question)
    assert len(lookups._waiting) == 64
    await lookups.close()
    assert not lookups._waiting


async def test_one_that_fails_stays_unknown_and_stops_nobody() -> None:
    lookups = Lookups(Oracle())
    for question in (-1, 1):
        lookups.begin(question)
    await lookups.wait()
    assert lookups.found(-1) == Unknown("not answered yet")
    assert lookups.found(1) == "1"


async def test_without_anybody_to_ask_nothing_is_known() -> None:
    lookups: Lookups[int, str] = Lookups()
    lookups.begin(1)
    assert lookups.found(1) == Unknown("not asked")
