"""The resolver against a real NSD: every case of the DNS, and a network that loses and delays."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from missent.core.errors import ConfigError
from missent.core.facts import DomainFacts, Unknown
from missent.dns.ares import Ares, checked
from missent.dns.interface import DnsOptions
from missent.dns.resolver import Resolver
from missent.testing import nsd
from missent.testing.lossy import lossy
from missent.testing.postfix import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

needs_nsd = pytest.mark.skipif(bool(nsd.why_not()), reason=nsd.why_not())
FAST = 1e6
HOSTS = tuple(f"mx-number-{i}.of-a-company-with-a-rather-long-name.example" for i in range(60))
ZONE = """\
plain MX 20 Second.Example.
plain MX 10 first.example.
null MX 0 .
both MX 0 .
both MX 10 first.example.
implicit A 192.0.2.1
implicit6 AAAA 2001:db8::1
text TXT "no mail"
alias CNAME plain
astray CNAME nowhere
*.wild MX 10 first.example.
below.wild A 192.0.2.2
xn--mnchen-3ya MX 10 first.example.
_odd MX 10 first.example.
"""
EXPECTED = {
    "plain.test": DomainFacts(True, ("first.example", "second.example")),
    "null.test": DomainFacts(True, null_mx=True),
    "both.test": DomainFacts(True, ("first.example",)),
    "implicit.test": DomainFacts(True, has_address=True),
    "implicit6.test": DomainFacts(True, has_address=True),
    "text.test": DomainFacts(True),
    "alias.test": DomainFacts(True, ("first.example", "second.example")),
    "astray.test": DomainFacts(exists=False),
    "any.wild.test": DomainFacts(True, ("first.example",)),
    "below.wild.test": DomainFacts(True, has_address=True),
    "xn--mnchen-3ya.test": DomainFacts(True, ("first.example",)),
    "_odd.test": DomainFacts(True, ("first.example",)),
    "big.test": DomainFacts(True, HOSTS),
    "nowhere.test": DomainFacts(exists=False),
    "elsewhere.example": Unknown("REFUSED"),
    "broken.invalid": Unknown("SERVFAIL"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[nsd.Nsd]:
    big = "".join(f"big MX {number} {host}.\n" for number, host in enumerate(HOSTS))
    # A zone that is configured and cannot be read is answered with SERVFAIL.
    with nsd.Nsd({"test": ZONE + big, "invalid": "broken MX ten\n"}) as running:
        yield running


@pytest.mark.e2e
@needs_nsd
async def test_every_case(server: nsd.Nsd) -> None:
    resolver = Resolver(Ares(DnsOptions((server.address,), timeout=5, rate=FAST)))
    assert await resolver.mails(EXPECTED, 30) == EXPECTED
    await resolver.close()


@pytest.mark.e2e
@needs_nsd
async def test_a_network_that_loses_a_third_and_delays_the_rest(server: nsd.Nsd) -> None:
    names = {name: said for name, said in EXPECTED.items() if name != "big.test"}  # it needs TCP
    async with lossy(server.port, loss=0.3, delay=0.05) as (address, proxy):
        options = DnsOptions((address,), timeout=0.2, tries=6, rate=FAST)
        resolver = Resolver(Ares(options))
        assert await resolver.mails(names, 60) == names
        assert proxy.lost > 0
        await resolver.close()


@pytest.mark.e2e
@needs_nsd
async def test_a_resolver_that_is_down_is_passed_over(server: nsd.Nsd) -> None:
    down = f"127.0.0.1:{free_port()}"
    resolver = Resolver(Ares(DnsOptions((down, server.address), timeout=0.5, rate=FAST)))
    found = await resolver.mails(["plain.test", "null.test", "implicit.test"], 20)
    assert found == {name: EXPECTED[name] for name in found}
    await resolver.close()


async def test_a_resolver_that_never_answers_is_a_timeout() -> None:
    async with lossy(1, loss=1.0) as (address, _):
        resolver = Resolver(Ares(DnsOptions((address,), timeout=0.1, tries=1)))
        begin = time.monotonic()
        assert await resolver.mail("plain.test") == Unknown("timeout")
        assert time.monotonic() - begin < 5
        await resolver.close()


async def test_nobody_there_is_unknown() -> None:
    resolver = Resolver(Ares(DnsOptions((f"127.0.0.1:{free_port()}",), timeout=0.2, tries=1)))
    assert isinstance(await resolver.mail("plain.test"), Unknown)
    await resolver.close()


async def test_what_is_no_name_is_unknown() -> None:
    asker = Ares(DnsOptions((f"127.0.0.1:{free_port()}",), timeout=0.2, tries=1))
    for name in ("a..b", "x" * 64 + ".test", "ä.test", "nul\0.test"):
        assert isinstance(await asyncio.wait_for(asker.ask(name, "MX"), 5), Unknown)
    await asker.close()


@pytest.mark.parametrize("good", ["9.9.9.9", "127.0.0.1:5353", "::1", "[::1]:5353", "[::1]"])
def test_resolvers_that_can_be_named(good: str) -> None:
    assert checked((good,)) == (good,)


@pytest.mark.parametrize("bad", ["dns.example", "127.0.0.1:0", "9.9.9.9:x", "", "[::1]5x", ":53"])
def test_resolvers_that_cannot(bad: str) -> None:
    with pytest.raises(ConfigError, match="is no resolver"):
        checked((bad,))
