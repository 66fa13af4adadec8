"""Facts of the DNS before a decision: in time, kept in the store, and never held against a name."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from missent.app import build
from missent.app.assess import Assessor
from missent.app.domains import Domains, asking, options
from missent.core.address import Address
from missent.core.errors import ConfigError
from missent.core.facts import DomainFacts, Unknown
from missent.core.message import Message, Recipient
from missent.dns.resolver import Resolver
from missent.memory.sql.store import SqlStore
from missent.settings import parse
from missent.testing.names import Recorded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from missent.core.verdict import Verdict
    from missent.dns.interface import Kind, Records

TAKES = DomainFacts(True, ("mx.partner.example",))
NULL = DomainFacts(True, null_mx=True)


class Slow(Recorded):
    """Takes so many seconds."""

    seconds = 0.0

    async def ask(self, name: str, kind: Kind) -> Records | Unknown:
        await asyncio.sleep(self.seconds)
        return await super().ask(name, kind)


@pytest.fixture
def asker() -> Slow:
    return Slow(
        {
            "partner.example": {"MX": ("mx.partner.example",)},
            "null.example": {"MX": ("",)},
            "broken.example": "SERVFAIL",
        }
    )


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    opened = await SqlStore.open(f"sqlite:///{tmp_path}/missent.db")
    yield opened
    await opened.close()


def _to(*domains: str) -> Message:
    recipients = tuple(Recipient(Address.parse(f"somebody@{name}")) for name in domains)
    return Message(Address.parse("me@corp.example"), recipients)


def _codes(verdict: Verdict) -> list[list[str]]:
    """Those of the DNS."""
    codes = [[finding.code for finding in one.findings] for one in verdict.recipients]
    return [[code for code in found if code.startswith("R")] for found in codes]


async def test_findings_of_the_dns_are_live(asker: Slow) -> None:
    assess = Assessor(build(), domains=Domains(Resolver(asker), 2))
    message = _to("partner.example", "null.example", "nowhere.example")
    assert assess.at_once(message) is None  # somebody must be asked
    assert _codes(await assess(message)) == [[], ["R301"], ["R302"]]
    verdict = assess.at_once(message)
    assert verdict is not None
    assert _codes(verdict) == [[], ["R301"], ["R302"]]


async def test_not_knowing_never_counts_against_a_name(asker: Slow) -> None:
    assess = Assessor(build(), domains=Domains(Resolver(asker), 2))
    assert _codes(await assess(_to("broken.example"))) == [[]]


async def test_what_comes_late_is_not_waited_for(asker: Slow) -> None:
    asker.seconds = 30
    domains = Domains(Resolver(asker), 0.05)
    begin = time.monotonic()
    assert await domains.gather(_to("null.example")) == {"null.example": Unknown("deadline")}
    assert time.monotonic() - begin < 5
    assert _codes(await Assessor(build(), domains=domains)(_to("null.example"))) == [[]]


async def test_facts_outlive_a_restart_and_unknown_ones_do_not(
    asker: Slow, store: SqlStore
) -> None:
    resolver = Resolver(asker)
    domains = Domains(resolver, 2, store)
    resolver.tell(domains.learned)
    message = _to("partner.example", "null.example", "broken.example")
    await domains.gather(message)
    await domains.flush()
    now = int(time.time())
    expected = {"partner.example": TAKES, "null.example": NULL}
    assert await store.facts([*expected, "broken.example"], now) == expected
    assert await store.facts(list(expected), now + 301) == {}

    nobody = Recorded({})
    assert await Domains(Resolver(nobody), 2, store).gather(_to(*expected)) == expected
    assert nobody.asked == []


async def test_a_literal_is_nobodys_question(asker: Slow) -> None:
    message = Message(None, (Recipient(Address.parse("a@[192.0.2.1]")),))
    assert Domains(Resolver(asker), 2).at_once(message) == {}


async def test_off_by_default() -> None:
    async with asking(parse({}, "here"), None) as domains:
        assert domains is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"dns": {"resolvers": ["dns.example"]}}, "dns.resolvers: 'dns.example' is no resolver"),
        ({"dns": {"enabled": True, "within": 5}, "relay": {}}, "below relay.deadline"),
        (
            {"dns": {"enabled": True, "within": 9}, "milter": {"listen": ["inet:127.0.0.1:0"]}},
            "below milter.deadline",
        ),
    ],
)
def test_settings_that_cannot_be(said: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        options(parse(said, "here"))
