from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from missent.core.errors import ConfigError
from missent.gates.relay.server import serving
from missent.testing.relay import MilGuard, running, talk

if TYPE_CHECKING:
    from structlog.typing import EventDict

    from missent.gates.relay.options import RelayOptions


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
