"""Nothing that a server of ours sends, or waits for, is held back by the network."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from missent.app import places
from missent.gates.endpoint import Endpoint
from missent.serving.listening import shown
from missent.sinkhole.server import listen_on

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LISTEN: dict[str, Callable[[], socket.socket]] = {
    "relay and web": lambda: places.listen("relay.listen", "127.0.0.1", 0),
    "milter": lambda: Endpoint("inet:127.0.0.1:0").listen(),
    "sinkhole": lambda: listen_on("127.0.0.1", 0, 1)[0],
}


@pytest.mark.parametrize("who", LISTEN)
async def test_answers_leave_at_once(who: str) -> None:
    listening = LISTEN[who]()
    accepted: asyncio.Future[socket.socket] = asyncio.get_running_loop().create_future()

    class Server(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            accepted.set_result(transport.get_extra_info("socket"))

    async with await asyncio.get_running_loop().create_server(Server, sock=listening):
        with socket.create_connection(listening.getsockname()):
            own = await accepted
            assert own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_where_a_socket_listens_is_told_with_the_port_that_it_got(tmp_path: Path) -> None:
    with places.listen("relay.listen", "127.0.0.1", 0) as one:
        assert shown(one) == f"127.0.0.1:{one.getsockname()[1]}"
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as one:
        assert shown(one) == f"[::1]:{one.getsockname()[1]}"
    with Endpoint(f"unix:{tmp_path}/milter.sock").listen() as one:
        assert shown(one) == f"{tmp_path}/milter.sock"
