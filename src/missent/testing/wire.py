"""A piece of wire between a client and a server, to be cut and mended."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Self


class Wire:
    """Passes connections on, in a thread of its own, from `with` to its end.

    Attributes:
        port: where it listens on 127.0.0.1, also while it is cut.
    """

    def __init__(self, to: int) -> None:
        """Lead to a port of 127.0.0.1."""
        self._to = to
        self._cut = False
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """Drop every connection, and each new one."""
        self._loop.call_soon_threadsafe(self._set, True)

    def mend(self) -> None:
        """Let connections through again."""
        self._loop.call_soon_threadsafe(self._set, False)

    def _set(self, cut: bool) -> None:  # noqa: FBT001  likewise
        self._cut = cut
        if cut:
            for writer in self._open:
                writer.transport.abort()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        self._server.close()
        tasks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._open |= ends
        try:
            await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
        finally:
            self._open -= ends
            for end in ends:
                end.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while octets := await reader.read(1 << 16):
            writer.write(octets)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()
