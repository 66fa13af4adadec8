"""Serves the pages beside the gates, in the same process and on its event loop."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import uvicorn

from missent.web.pages import application

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Iterator, Sequence

    from missent.hold.room import Room

_CONNECTIONS = 200
_GRACE = 3  # seconds for answers under way when we stop


class _Server(uvicorn.Server):
    """uvicorn's, without its own handling of signals: the workers have theirs."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(room: Room, sockets: Sequence[socket.socket]) -> AsyncIterator[None]:
    """Serve until the end of the `with`.

    Args:
        room: whose choices are shown.
        sockets: listening already, perhaps shared with other processes.
    """
    config = uvicorn.Config(
        application(room),
        access_log=False,  # its lines would hold the tokens
        log_config=None,
        lifespan="off",
        ws="none",
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=16 << 10,
        server_header=False,
        date_header=True,
        proxy_headers=False,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(list(sockets)))
    try:
        yield
    finally:
        server.should_exit = True
        await task
