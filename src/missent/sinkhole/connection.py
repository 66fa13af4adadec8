"""One client's connection: an `asyncio.BufferedProtocol` around a `Dialogue`.

What it says is answered where it arrives, in one write, without a task.
"""

from __future__ import annotations

import asyncio
import fcntl
import ssl
import termios
from typing import TYPE_CHECKING, cast

from missent.core.errors import ProtocolError
from missent.sinkhole.dialogue import Dialogue
from missent.sinkhole.outlet import Outlet, wipe
from missent.sinkhole.tls import Tls
from missent.smtp.proxy_protocol import Header

if TYPE_CHECKING:
    from missent.sinkhole.common import Common

_NOTHING = bytes(4)  # a number of octets, as FIONREAD tells it


class Connection(asyncio.BufferedProtocol):
    """Feeds a dialogue, and sends its replies.

    Args:
        common: what all connections of the process share.
        everyone: all of them, this one as long as it lasts.
    """

    __slots__ = (
        "_born",
        "_common",
        "_dialogue",
        "_everyone",
        "_greeted",
        "_header",
        "_networks",
        "_outlet",
        "_parting",
        "_rest",
        "_since",
        "_tls",
        "_transport",
    )

    def __init__(self, common: Common, everyone: set[Connection]) -> None:
        self._common = common
        self._everyone = everyone
        self._transport: asyncio.Transport
        self._outlet: Outlet
        self._dialogue: Dialogue | None = None
        self._header: Header | None = None
        self._tls: Tls | None = None
        self._rest = bytearray()  # of a line that is not complete
        self._parting = self._greeted = False
        self._networks: tuple[int, ...] = ()  # where it counts; see `Admission`
        self._born = self._since = common.now

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102  inherited
        self._transport = cast("asyncio.Transport", transport)
        self._outlet = Outlet(self._transport)
        self._everyone.add(self)
        peername = transport.get_extra_info("peername")
        peer = str(peername[0]) if isinstance(peername, tuple) else ""
        if self._common.is_proxy(peer):
            self._header = Header()
        else:
            self._meet(peer)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002, D102  inherited
        if self._tls is not None:
            return self._common.scratch.wire.view
        plain = self._common.scratch.plain.view
        kept = len(self._rest)
        if kept:
            plain[:kept] = self._rest
        return plain[kept:]

    def buffer_updated(self, nbytes: int) -> None:  # noqa: D102  inherited
        scratch = self._common.scratch
        if self._parting:
            scratch.wire.wipe(nbytes)
            scratch.plain.wipe(nbytes + len(self._rest))
        elif self._tls is not None:
            self._decrypt(self._tls, nbytes)
            scratch.wire.wipe(nbytes)
        else:
            self._read(len(self._rest) + nbytes)

    def eof_received(self) -> bool:  # noqa: D102  inherited
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002, D102  inherited
        if self._dialogue is not None:
            self._dialogue.over()
        self._parting = True
        wipe(self._rest)
        self._outlet.resume()
        self._everyone.discard(self)
        self._common.leave(self._networks)

    def pause_writing(self) -> None:  # noqa: D102  inherited
        self._outlet.pause()

    def resume_writing(self) -> None:  # noqa: D102  inherited
        self._outlet.resume()

    # What the server calls.

    def tick(self, now: float) -> None:
        """A second has passed: is it time to go?"""
        patience = self._common.options.patience
        if self._parting:
            if now - self._since > patience.linger:
                self._transport.abort()
        elif now - self._since > patience.line or now - self._born > patience.session:
            last = self._dialogue.timed_out() if self._dialogue is not None else b""
            self._part(last)

    def stop(self) -> None:
        """The server stops."""
        if not self._parting:
            self._part(self._dialogue.shut_down() if self._dialogue is not None else b"")

    def abort(self) -> None:
        """Drop the client now."""
        self._transport.abort()

    # The conversation.

    def _meet(self, peer: str) -> None:
        self._networks, refusal = self._common.enter(peer)
        if refusal:
            self._part(refusal)
            return
        common = self._common
        self._dialogue = Dialogue(common.terms, common.answers, common.book, peer)
        if common.options.tarpit:
            asyncio.get_running_loop().call_later(common.options.tarpit, self._greet)
        else:
            self._greet()

    def _greet(self) -> None:
        assert self._dialogue is not None  # noqa: S101  tells the type checker
        if self._parting:
            return
        self._greeted = True
        if self._waiting():
            self._dialogue.spoke_early()
        self._outlet.write(self._common.greeting)

    def _waiting(self) -> bool:
        """Whether the client said something already."""
        return fcntl.ioctl(self._outlet.fd, termios.FIONREAD, _NOTHING) != _NOTHING

    def _read(self, end: int) -> None:
        """Look at what lies in the plain buffer, and keep what is no whole line."""
        plain = self._common.scratch.plain
        start = self._introduce(end) if self._header is not None else 0
        dialogue = self._dialogue
        if dialogue is None or self._parting:
            start = start if self._header is not None else end
        elif not self._greeted:
            dialogue.spoke_early()
            self._part(b"554 5.5.1 wait for the greeting; closing\r\n")
            start = end
        elif start < end:
            replies: list[bytes | memoryview] = []
            # What the proxy said was taken out: the rest moves to the front, where lines begin.
            if start:
                plain.view[: end - start] = plain.view[start:end]
                end -= start
            start = dialogue.hear(plain, end, replies)
            if start:
                self._since = self._common.now
            self._answer(dialogue, replies)
        if self._rest:
            wipe(self._rest)
            self._rest = bytearray()
        if start < end:
            self._rest += plain.view[start:end]
        plain.wipe(end)

    def _answer(self, dialogue: Dialogue, replies: list[bytes | memoryview]) -> None:
        if replies:
            if self._common.options.tarpit:
                self._delay(replies)
            else:
                self._send(replies)
        if dialogue.starting_tls:
            context = self._common.certificate
            assert context is not None  # noqa: S101  it is offered only with one
            self._tls = Tls(context.context)
            dialogue.starting_tls = False
        elif dialogue.closing:
            self._part(b"", wait=not dialogue.polite)

    def _introduce(self, end: int) -> int:
        """Read the proxy's header, and meet the client that it speaks of."""
        assert self._header is not None  # noqa: S101  tells the type checker
        plain = self._common.scratch.plain
        try:
            used = self._header.read(plain.octets, end)
        except ProtocolError:
            self._common.book.fault("bad PROXY header")
            self._header = None
            self._parting = True
            self._transport.abort()
            return end
        if not used:
            return 0
        peer = self._header.source
        self._header = None
        if peer is None:  # the proxy's own look whether we are alive
            peername = self._transport.get_extra_info("peername")
            peer = str(peername[0]) if isinstance(peername, tuple) else ""
        self._meet(peer)
        return used

    def _decrypt(self, tls: Tls, count: int) -> None:
        scratch, dialogue = self._common.scratch, self._dialogue
        assert dialogue is not None  # noqa: S101  tells the type checker
        try:
            was_ready = tls.ready
            tls.feed(scratch.wire.view[:count])
            if tls.ready and not was_ready:
                dialogue.secured()
                self._since = self._common.now
            self._pass_on(tls)
            while tls.ready and not self._parting:
                kept = len(self._rest)
                got = tls.read(scratch.plain.view[kept:])
                if not got:
                    return
                scratch.plain.view[:kept] = self._rest
                self._read(kept + got)
        except ssl.SSLError:
            if not tls.ready:
                self._common.book.fault("no TLS handshake")
            self._pass_on(tls)
            self._part(b"", wait=False)

    # Sending.

    def _send(self, replies: list[bytes | memoryview]) -> None:
        octets = replies[0] if len(replies) == 1 else bytearray().join(replies)
        if self._tls is not None and self._tls.ready:
            self._tls.write(octets)
            self._pass_on(self._tls)
        else:
            self._outlet.write(octets)
        if isinstance(octets, bytearray):
            wipe(octets)

    def _pass_on(self, tls: Tls) -> None:
        if encrypted := tls.take():
            self._outlet.write(encrypted)

    def _delay(self, replies: list[bytes | memoryview]) -> None:
        """Answer later, and listen no more until then."""
        if self._transport.is_closing():
            return
        held = bytearray().join(replies)
        self._transport.pause_reading()

        def say() -> None:
            if not self._transport.is_closing():
                self._send([memoryview(held)])
                if not self._outlet.paused:
                    self._transport.resume_reading()
            wipe(held)

        asyncio.get_running_loop().call_later(self._common.options.tarpit, say)

    def _part(self, last: bytes, *, wait: bool = True) -> None:
        """Say the last and close; with a wait on our side alone: a reset would take the reply."""
        if self._parting:
            return
        self._parting = True
        self._since = self._common.now
        if self._transport.is_closing():
            return
        if last:
            self._send([last])
        if self._tls is not None:
            self._tls.end()
            self._pass_on(self._tls)
        if wait:
            self._transport.write_eof()
        else:
            self._transport.close()
