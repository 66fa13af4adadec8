"""SPF by spftrace over our resolver. The library itself passes the suite of RFC 7208."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missent.core.facts import Unknown
from missent.dns.ares import Ares
from missent.dns.interface import DnsOptions, Kind, Records
from missent.sinkhole.evidence.spf import Claim, evaluator
from missent.testing.nsd import Nsd, why_not

RESULTS = {"pass", "fail", "softfail", "neutral", "none", "permerror"}
NETWORKS = " ".join(f"ip4:198.51.100.{number}" for number in range(20))
ZONE = f"""\
@ TXT "v=spf1 mx a:out.corp.example include:_spf.corp.example -all"
@ MX 10 mx
mx A 192.0.2.1
out AAAA 2001:db8::7
_spf TXT "v=spf1 {NETWORKS[:200]}" "{NETWORKS[200:]} ?all"
soft TXT "v=spf1 ip4:192.0.2.1 ~all"
local TXT "v=spf1 exists:%{{l}}.corp.example -all"
loop TXT "v=spf1 include:loop.corp.example -all"
two TXT "v=spf1 -all"
two TXT "v=spf1 +all"
"""
CASES = [
    ("192.0.2.1", b"corp.example", "pass"),
    ("2001:db8::7", b"CORP.example", "pass"),
    ("198.51.100.19", b"corp.example", "pass"),  # of a record in two strings
    ("203.0.113.1", b"corp.example", "fail"),
    ("203.0.113.1", b"soft.corp.example", "softfail"),
    ("203.0.113.1", b"mx.corp.example", "none"),
    ("203.0.113.1", b"loop.corp.example", "permerror"),
    ("203.0.113.1", b"two.corp.example", "permerror"),
    ("203.0.113.1", b"[203.0.113.1]", "none"),
    ("203.0.113.1", b"localhost", "none"),
    ("203.0.113.1", b"local.corp.example", Unknown("it depends on what is not kept")),
    ("203.0.113.1", b"elsewhere.example", Unknown("temperror")),  # NSD: REFUSED
]


@pytest.mark.e2e
async def test_a_real_name_server_is_asked() -> None:
    if reason := why_not():
        pytest.skip(reason)
    with Nsd({"corp.example": ZONE}) as server:
        asker = Ares(DnsOptions((server.address,)))
        evaluate = evaluator(asker)
        for address, domain, result in CASES:
            assert await evaluate(Claim(address, domain)) == result, (address, domain)
        await asker.close()


class Dns:
    """Everybody publishes the same, and every name has the same of all else."""

    def __init__(self, policy: str, other: tuple[str, ...]) -> None:
        self.asked = 0
        self._policy, self._other = policy, other

    async def ask(self, _name: str, kind: Kind) -> Records | Unknown:
        self.asked += 1
        return Records((self._policy,) if kind == "TXT" else self._other)

    async def close(self) -> None:
        pass


ODD = """mx a ptr all include:%{d} redirect=a.example exists:%{ir}.%{v}.x.example exp=x.example
a:%{p}.x.example/24//64 ip6:2001:db8::/32 %{ ip4:1.2.3.4/99 -all mx//129 a:%{d99r-} v=spf1"""
terms = st.one_of(st.sampled_from(ODD.split()), st.text(max_size=20))


@given(
    st.lists(terms, max_size=20),
    st.lists(st.sampled_from(["mx.example", "192.0.2.9", "::1", "", "x" * 300]), max_size=30),
    st.sampled_from(["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"]),
    st.binary(max_size=30) | st.just(b"corp.example"),
)
async def test_whatever_is_published_it_ends_and_asks_little(
    policy: list[str], other: list[str], address: str, domain: bytes
) -> None:
    dns = Dns("v=spf1 " + " ".join(policy), tuple(other))
    result = await evaluator(dns)(Claim(address, domain))
    assert isinstance(result, Unknown) or result in RESULTS
    assert dns.asked <= 40
