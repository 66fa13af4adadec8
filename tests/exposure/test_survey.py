"""Every case of mail and DNS on a real NSD, on a good network and on a bad one."""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from missent.core.facts import Unknown
from missent.dns.absent import Absent
from missent.dns.ares import Ares
from missent.dns.interface import DnsOptions
from missent.dns.resolver import Resolver
from missent.dns.signed import signed
from missent.exposure.lookalike import Lookalike, State
from missent.exposure.survey import Survey, operators
from missent.testing import nsd
from missent.testing.lossy import lossy
from missent.testing.names import Recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.dns.interface import Kind, Records

needs_nsd = pytest.mark.skipif(bool(nsd.why_not()), reason=nsd.why_not())
ZONE = """\
navy.ml MX 10 mx1.catcher.com.
nvay.com MX 10 mx2.catcher.com.
mx1.catcher.com A 192.0.2.1
mx2.catcher.com AAAA 2001:db8::2
signed.com MX 10 mx1.catcher.com.
signed.com DS 12345 13 2 0000000000000000000000000000000000000000000000000000000000000000
_mta-sts.signed.com TXT "v=STSv1; id=1"
null.com MX 0 .
address.com A 192.0.2.3
address6.com AAAA 2001:db8::3
text.com TXT "nothing else"
nowhere.com MX 10 gone.example.
local.com MX 10 localhost.local.com.
localhost.local.com A 127.0.0.1
*.ws MX 10 mx1.catcher.com.
alias.com CNAME navy.ml
"""
EXPECTED = {
    "navy.ml": State.MX,
    "nvay.com": State.MX,
    "signed.com": State.MX,
    "null.com": State.NULL,
    "address.com": State.IMPLICIT,
    "address6.com": State.IMPLICIT,
    "text.com": State.MUTE,
    "nowhere.com": State.DEAD_END,
    "local.com": State.DEAD_END,
    "navy.ws": State.MX,
    "alias.com": State.MX,
    "free.com": State.FREE,
    "broken.invalid": State.UNKNOWN,
}
SCALE = int(os.environ.get("MISSENT_TEST_SCALE", "1"))


def _names(names: dict[str, State]) -> list[Lookalike]:
    return [Lookalike(name, "navy.mil", 0.01, "omission") for name in names]


def _resolver(*addresses: str, **options: float) -> Resolver:
    asked = DnsOptions(addresses, timeout=options.get("timeout", 3.0), tries=4, rate=1e6)
    return Resolver(Absent(Ares(asked)), asked)


@pytest.fixture(scope="module")
def server() -> Iterator[nsd.Nsd]:
    with nsd.Nsd({"": ZONE, "invalid": "broken MX ten\n"}) as running:
        yield running


@pytest.mark.e2e
@needs_nsd
async def test_every_case_is_told_right(server: nsd.Nsd) -> None:
    resolver = _resolver(server.address)
    names = _names(EXPECTED)
    asking = partial(signed, resolvers=(server.address,))
    found = {one.name: one for one in await Survey(resolver, signed=asking).run(names)}
    await resolver.close()
    assert {name: found[name].state for name in EXPECTED} == EXPECTED
    assert found["broken.invalid"].reason == "SERVFAIL"
    assert found["navy.ml"].operator == "catcher.com"
    assert found["navy.ml"].shared == 5
    assert operators(found.values()) == [("catcher.com", 5)]
    assert [name for name, one in found.items() if one.wildcard] == ["navy.ws"]
    assert [name for name, one in found.items() if one.mta_sts] == ["signed.com"]
    assert [name for name, one in found.items() if one.signed] == ["signed.com"]


@pytest.mark.e2e
@needs_nsd
async def test_a_network_that_loses_a_fifth(server: nsd.Nsd) -> None:
    async with lossy(server.port, loss=0.2, delay=0.05) as (address, proxy):
        resolver = _resolver(address, timeout=0.3)
        found = await Survey(resolver).run(_names(EXPECTED))
        await resolver.close()
    assert {one.name: one.state for one in found} == EXPECTED
    assert proxy.lost > 0


@pytest.mark.e2e
@needs_nsd
async def test_thousands_of_names(server: nsd.Nsd) -> None:
    many = dict(EXPECTED) | {f"free{number}.com": State.FREE for number in range(2000 * SCALE)}
    resolver = _resolver(server.address)
    begin = time.process_time()
    found = await Survey(resolver).run(_names(many))
    spent = time.process_time() - begin
    await resolver.close()
    assert {one.name: one.state for one in found} == many
    assert spent / len(many) < 0.002  # seconds of CPU a name; a loaded machine makes it more


async def test_parked_by_its_name_servers_or_its_exchanger() -> None:
    asker = Recorded(
        {
            "a.com": {"MX": ("mx.a.com",), "NS": ("ns1.sedoparking.com",)},
            "mx.a.com": {"A": ("192.0.2.1",)},
            "b.com": {"MX": ("mx.h-email.net",)},
            "mx.h-email.net": {"A": ("192.0.2.1",)},
            "c.com": {"MX": ("mx.notsedoparking.com",)},
            "mx.notsedoparking.com": {"A": ("192.0.2.1",)},
        }
    )
    names = _names(dict.fromkeys(("a.com", "b.com", "c.com"), State.MX))
    found = await Survey(Resolver(asker)).run(names)
    assert [one.parked for one in found] == [True, True, False]


class Flapping(Recorded):
    """Does not answer the first question about a name."""

    async def ask(self, name: str, kind: Kind) -> Records | Unknown:
        first = (name, kind) not in self.asked
        answer = await super().ask(name, kind)
        return Unknown("SERVFAIL") if first else answer


async def test_what_was_not_answered_is_asked_once_more() -> None:
    asker = Flapping({"a.com": {"MX": ("",)}})
    (found,) = await Survey(Resolver(asker)).run(_names({"a.com": State.NULL}))
    assert (found.state, found.reason) == (State.NULL, "")


async def test_nobody_is_asked_about_what_is_known_beforehand() -> None:
    asker = Recorded({})
    ours = Lookalike("mail.navy.mil", "navy.mil", 0.01, "labels_added", State.OURS)
    assert await Survey(Resolver(asker)).run([ours]) == [ours]
    assert asker.asked == []
