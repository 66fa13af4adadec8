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
from missent.memory.memory import Memory, MemoryOptions

if TYPE_CHECKING:
    from collections.abc import Callable

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
