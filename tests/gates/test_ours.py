from __future__ import annotations

from ipaddress import ip_network

import pytest

from missent.core.address import Address
from missent.gates.ours import Ours

NETWORKS = (ip_network("192.0.2.0/24"), ip_network("2001:db8::/32"))


@pytest.mark.parametrize(
    ("service", "address", "is_ours"),
    [
        ("ORIGINATING", "203.0.113.1", True),
        ("originating", "203.0.113.1", False),
        ("", "192.0.2.9", True),
        ("", "::ffff:192.0.2.9", True),
        ("", "2001:db8::1", True),
        ("", "203.0.113.1", False),
        ("", "unknown", False),
        ("", "", False),
    ],
)
def test_clients(service: str, address: str, is_ours: bool) -> None:  # noqa: FBT001
    assert Ours(networks=NETWORKS).client(service, address) is is_ours


def test_senders() -> None:
    ann = Address.parse("ann@corp.example")
    assert Ours().sender("ann", None)
    assert not Ours().sender("", ann)
    assert not Ours(authenticated=False).sender("ann", ann)
    domains = Ours(sender_domains=frozenset({"corp.example"}))
    assert domains.sender("", ann)
    assert not domains.sender("", Address.parse("ann@not.corp.example"))
    assert not domains.sender("", None)


def test_nothing_configured_matches_nothing() -> None:
    nobody = Ours(authenticated=False, services=frozenset(), local=False)
    assert not nobody.client("", "127.0.0.1")
    assert not nobody.sender("ann", Address.parse("ann@corp.example"))
