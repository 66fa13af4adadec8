"""No more at a time, and no more a second, than was promised."""

from __future__ import annotations

import asyncio

from missent.dns.pace import Pace


async def test_keeps_to_the_rate() -> None:
    pace = Pace(rate=200, parallel=1000)
    loop = asyncio.get_running_loop()
    begun: list[float] = []

    async def one() -> None:
        async with pace.turn():
            begun.append(loop.time())

    start = loop.time()
    await asyncio.gather(*(one() for _ in range(100)))
    assert begun[-1] - start >= 99 / 200 - 0.06


async def test_keeps_to_the_number() -> None:
    pace = Pace(rate=1e6, parallel=3)
    now = most = 0

    async def one() -> None:
        nonlocal now, most
        async with pace.turn():
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.001)
            now -= 1

    await asyncio.gather(*(one() for _ in range(20)))
    assert most == 3


async def test_a_pause_is_not_made_up_for_by_a_flood() -> None:
    pace = Pace(rate=100, parallel=1000)
    async with pace.turn():
        pass
    await asyncio.sleep(0.3)
    loop = asyncio.get_running_loop()
    start = loop.time()
    for _ in range(20):
        async with pace.turn():
            pass
    assert loop.time() - start >= 0.1
