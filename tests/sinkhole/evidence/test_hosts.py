from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from missent.core.facts import Unknown
from missent.dns.ares import Ares
from missent.dns.interface import DnsOptions, Records
from missent.sinkhole.evidence.hosts import confirmed
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
    async def ask(self, name: str, kind: str) -> Records | Unknown:
        found = ZONE.get((name, kind), ())
        return found if isinstance(found, Unknown) else Records(tuple(found))

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.1", "mx.corp.example"),
        ("192.0.2.2", ""),  # it names a host that knows nothing of it
        ("192.0.2.3", Unknown("timeout")),
        ("192.0.2.4", ""),
    ],
)
async def test_a_name_counts_when_it_leads_back(address: str, name: str | Unknown) -> None:
    assert await confirmed(Dns(), address) == name


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
        names = [await confirmed(asker, f"192.0.2.{end}") for end in (1, 2, 3)]
        assert names == ["mx.corp.example", "", ""]
        await asker.close()
