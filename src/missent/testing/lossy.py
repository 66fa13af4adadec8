"""A bad network in front of a name server: UDP that is dropped and delayed by a fixed seed."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class _Back(asyncio.DatagramProtocol):
    """One question's way back."""

    def __init__(self, front: Lossy, client: tuple[str, int], question: bytes) -> None:
        self._front, self._client, self._question = front, client, question

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the real server."""
        self._transport: asyncio.DatagramTransport = transport  # type: ignore[assignment]
        self._transport.sendto(self._question)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002
        """Hand the answer on."""
        self._front.transport.sendto(data, self._client)
        self._transport.close()


class Lossy(asyncio.DatagramProtocol):
    """Forwards datagrams to a server, but not all of them, and not at once.

    Args:
        server: where the server listens.
        loss: share of the questions that are lost.
        delay: seconds that a question takes at most.
        seed: the same losses each time.

    Attributes:
        lost: questions that were dropped so far.
    """

    def __init__(self, server: tuple[str, int], loss: float, delay: float, seed: int) -> None:
        self._server, self._loss, self._delay = server, loss, delay
        self._random = random.Random(seed)  # noqa: S311  the same each time
        self._tasks: set[asyncio.Task[None]] = set()
        self.lost = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport: asyncio.DatagramTransport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Lose a question, or ask it later."""
        if self._random.random() < self._loss:
            self.lost += 1
            return
        task = asyncio.create_task(self._ask(data, addr, self._random.random() * self._delay))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, data: bytes, client: tuple[str, int], delay: float) -> None:
        await asyncio.sleep(delay)
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(
            lambda: _Back(self, client, data), remote_addr=self._server
        )


@asynccontextmanager
async def lossy(
    port: int, loss: float, delay: float = 0.0, seed: int = 1
) -> AsyncIterator[tuple[str, Lossy]]:
    """Stand in front of a name server of the loopback; gives `IP:PORT` and the proxy."""
    loop = asyncio.get_running_loop()
    transport, proxy = await loop.create_datagram_endpoint(
        lambda: Lossy(("127.0.0.1", port), loss, delay, seed), local_addr=("127.0.0.1", 0)
    )
    host, own = transport.get_extra_info("sockname")
    try:
        yield f"{host}:{own}", proxy
    finally:
        transport.close()
