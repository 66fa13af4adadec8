from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING

import pytest

from missent.core.errors import ConfigError
from missent.gates.relay.options import RelayOptions
from missent.gates.relay.server import _inside, serving
from missent.testing.relay import MilGuard, running, talk

if TYPE_CHECKING:
    from structlog.typing import EventDict

NETWORKS = (*RelayOptions().networks, ip_network("192.0.2.0/24"), ip_network("2001:db8::/32"))


@pytest.mark.parametrize(
    ("peer", "inside"),
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
def test_whom_it_serves(peer: str, inside: bool) -> None:  # noqa: FBT001  a column of the table
    assert _inside(peer, NETWORKS) is inside


async def test_after_its_end_nobody_listens(options: RelayOptions, log: list[EventDict]) -> None:
    async with serving(options, MilGuard()) as names:
        ((host, port),) = names
        assert host == "127.0.0.1"
    assert [line["event"] for line in log] == ["relay ready", "relay stopped"]
    assert log[0]["listen"] == [f"127.0.0.1:{port}"]
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(host, port)


async def test_sockets_that_are_open_already(options: RelayOptions) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        async with serving(options, MilGuard(), [listening]) as names:
            assert names == (listening.getsockname(),)
            assert (await talk(names[0][1], ["QUIT"]))[0].startswith("220 relay.example")


async def test_a_port_that_is_taken_is_told(options: RelayOptions) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        taken = replace(options, listen=replace(options.listen, port=port))
        with pytest.raises(OSError, match="in use"):
            async with running(taken, MilGuard()):
                pass


async def test_an_outbox_that_cannot_be_made_is_told(options: RelayOptions) -> None:
    options.outbox.write_text("a file stands in the way")
    with pytest.raises(ConfigError, match="the outbox cannot be used"):
        async with running(options, MilGuard()):
            pass
