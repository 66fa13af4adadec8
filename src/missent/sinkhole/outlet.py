"""The way out of a connection, past its transport: that would keep a copy of what is sent.

A reply holds the address it refuses. What the kernel does not take at once waits in memory of our
own, which is overwritten when it is gone.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio


class Outlet:
    """Sends octets.

    Args:
        transport: of the connection.

    Attributes:
        fd: of its socket.
        paused: whether the client asks on and reads no replies; then it is not read from.
    """

    __slots__ = ("_transport", "_unsent", "fd", "paused")

    def __init__(self, transport: asyncio.Transport) -> None:
        transport.set_write_buffer_limits(0)
        self._transport = transport
        self._unsent: list[bytearray] = []
        self.fd: int = transport.get_extra_info("socket").fileno()
        self.paused = False

    def write(self, octets: bytes | bytearray | memoryview) -> None:
        """Send, now or as soon as there is room."""
        sent = 0
        if not self._unsent:
            try:
                sent = os.write(self.fd, octets)
            except BlockingIOError:
                pass
            except OSError:
                self._transport.abort()
                return
        if sent < len(octets) and not self._transport.is_closing():
            rest = bytearray(memoryview(octets)[sent:])
            self._unsent.append(rest)
            self._transport.write(memoryview(rest))

    def pause(self) -> None:
        """There is no room."""
        if not self.paused:
            self.paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """All is sent, or never will be."""
        for octets in self._unsent:
            wipe(octets)
        self._unsent.clear()
        if self.paused and not self._transport.is_closing():
            self.paused = False
            self._transport.resume_reading()


def wipe(octets: bytearray) -> None:
    """Overwrite."""
    octets[:] = bytes(len(octets))
