from __future__ import annotations

from ipaddress import ip_network

import pytest

from missent.serving.networks import inside

NETWORKS = tuple(map(ip_network, ("127.0.0.0/8", "::1/128", "192.0.2.0/24", "2001:db8::/32")))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("192.0.2.255", True),
        ("::ffff:192.0.2.1", True),
        ("2001:db8::25%eth0", True),
        ("192.0.3.1", False),
        ("::ffff:192.0.3.1", False),
        ("fe80::1%lo", False),
        ("", False),
        ("localhost", False),
    ],
)
def test_who_is_inside(address: str, expected: bool) -> None:  # noqa: FBT001  a column of the table
    assert inside(address, NETWORKS) is expected
