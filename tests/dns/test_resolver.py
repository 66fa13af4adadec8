"""Each domain is asked for once, and nobody waits beyond the deadline."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from missent.core.facts import DomainFacts, Unknown
from missent.dns.interface import DnsOptions
from missent.dns.resolver import Resolver
from missent.testing.names import Recorded

if TYPE_CHECKING:
    from missent.dns.interface import Kind, Records

TAKES = DomainFacts(True, ("mx.example",))


class Slow(Recorded):
    """Answers late."""

    delay = 0.05

    async def ask(self, name: str, kind: Kind) -> Records | Unknown:
        await asyncio.sleep(self.delay)
        return await super().ask(name, kind)


@pytest.fixture
def asker() -> Slow:
    return Slow({"a.example": {"MX": ("mx.example",)}, "bad.example": "SERVFAIL"})


async def test_asks_once_for_those_who_ask_together_and_after(asker: Slow) -> None:
    resolver = Resolver(asker)
    assert await asyncio.gather(*(resolver.mail("a.example") for _ in range(5))) == [TAKES] * 5
    assert await resolver.mail("a.example") == TAKES
    assert resolver.known("a.example") == TAKES
    assert len(asker.asked) == 1


async def test_what_comes_late_is_unknown_and_kept_for_the_next(asker: Slow) -> None:
    resolver = Resolver(asker)
    assert await resolver.mails(["a.example"], 0.01) == {"a.example": Unknown("deadline")}
    assert await resolver.mails(["a.example"], 2) == {"a.example": TAKES}
    assert len(asker.asked) == 1


async def test_what_is_unknown_is_asked_again_only_after_a_while(
    asker: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = Resolver(asker)
    assert await resolver.mail("bad.example") == Unknown("SERVFAIL")
    assert await resolver.mail("bad.example") == Unknown("SERVFAIL")
    assert len(asker.asked) == 1
    now = asyncio.get_running_loop().time()
    monkeypatch.setattr("missent.dns.resolver.monotonic", lambda: now + 1000)
    asker.names["bad.example"] = {"MX": ("mx.example",)}
    assert await resolver.mail("bad.example") == TAKES


async def test_an_answer_holds_as_long_as_its_record(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = Resolver(Recorded({"a.example": {"MX": ("mx.example",)}}))
    await resolver.mail("a.example")
    now = asyncio.get_running_loop().time()
    monkeypatch.setattr("missent.dns.resolver.monotonic", lambda: now + 299)
    assert resolver.known("a.example") == TAKES
    monkeypatch.setattr("missent.dns.resolver.monotonic", lambda: now + 301)
    assert resolver.known("a.example") is None


async def test_memory_is_bounded(asker: Slow) -> None:
    resolver = Resolver(asker, DnsOptions(kept=2))
    for name in ("a.example", "b.example", "c.example"):
        await resolver.mail(name)
    assert [resolver.known(name) is None for name in ("a.example", "b.example", "c.example")] == [
        True,
        False,
        False,
    ]


async def test_new_answers_are_told_and_unknown_ones_are_not(asker: Slow) -> None:
    told: list[tuple[str, DomainFacts, int]] = []
    resolver = Resolver(asker)
    resolver.tell(lambda *said: told.append(said))
    await resolver.mails(["a.example", "bad.example", "none.example"], 5)
    assert told == [("a.example", TAKES, 300), ("none.example", DomainFacts(False), 300)]


async def test_a_literal_is_not_looked_up(asker: Slow) -> None:
    assert isinstance(await Resolver(asker).mail("[192.0.2.1]"), Unknown)
    assert asker.asked == []
