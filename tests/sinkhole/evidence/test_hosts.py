from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from missent.core.facts import Unknown
from missent.dns.ares import Ares
from missent.dns.interface import DnsOptions, Records
from missent.sinkhole.evidence.hosts import Hosts
from missent.testing.nsd import Nsd, why_not

if TYPE_CHECKING:
    from collections.abc import Sequence

ZONE: dict[tuple[str, str], Sequence[str] | Unknown] = {
    ("1.2.0.192.in-addr.arpa", "PTR"): ["mx.corp.example"],
    ("mx.corp.example", "A"): ["192.0.2.1"],
    ("2.2.0.192.in-addr.arpa", "PTR"): ["mx.corp.example"],
    ("3.2.0.192.in-addr.arpa", "PTR"): Unknown("timeout"),
}


class Dns:
    def __init__(self) -> None:
        self.asked = 0

    async def ask(self, name: str, kind: str) -> Records | Unknown:
        self.asked += 1
        await asyncio.sleep(0)
        found = ZONE.get((name, kind), ())
        return found if isinstance(found, Unknown) else Records(tuple(found))

    async def close(self) -> None:
        pass


async def test_a_name_counts_when_it_leads_back() -> None:
    dns = Dns()
    hosts = Hosts(dns)
    for end in (1, 2, 3, 4, 1):
        hosts.look_up(f"192.0.2.{end}")
    assert isinstance(hosts.name("192.0.2.1"), Unknown)
    await asyncio.gather(*hosts._waiting)
    assert hosts.name("192.0.2.1") == "mx.corp.example"
    assert hosts.name("192.0.2.2") == ""  # it names a host that knows nothing of it
    assert hosts.name("192.0.2.3") == Unknown("timeout")
    assert hosts.name("192.0.2.4") == ""
    assert dns.asked == 6
    await hosts.close()


async def test_a_flood_of_addresses_asks_a_bounded_number() -> None:
    dns = Dns()
    hosts = Hosts(dns)
    for number in range(10_000):
        hosts.look_up(f"10.0.{number >> 8}.{number & 255}")
    assert len(hosts._waiting) == 64
    await hosts.close()
    assert not hosts._waiting


async def test_without_a_resolver_nothing_is_known() -> None:
    hosts = Hosts()
    hosts.look_up("192.0.2.1")
    assert hosts.name("192.0.2.1") == Unknown("not asked")


@pytest.mark.e2e
async def test_a_real_name_server_confirms() -> None:
    if reason := why_not():
        pytest.skip(reason)
    zones = {
        "2.0.192.in-addr.arpa": "1 PTR mx.corp.example.\n2 PTR mx.corp.example.\n",
        "corp.example": "mx A 192.0.2.1\n",
    }
    with Nsd(zones) as server:
        asker = Ares(DnsOptions((server.address,)))
        hosts = Hosts(asker)
        for end in (1, 2, 3):
            hosts.look_up(f"192.0.2.{end}")
        await asyncio.gather(*hosts._waiting)
        assert [hosts.name(f"192.0.2.{end}") for end in (1, 2, 3)] == ["mx.corp.example", "", ""]
        await hosts.close()
        await asker.close()
