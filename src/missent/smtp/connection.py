"""One client's connection: an `asyncio.Protocol` around a `Session`.

Not streams: bytes that were pipelined in the clear before a handshake must stay visible, and no
task is to be woken for half a line.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

import structlog

from missent.smtp.events import Begin, End, StartTls
from missent.smtp.replies import Reply
from missent.smtp.waiter import Waiter

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from missent.smtp.events import Answer, Event
    from missent.smtp.session import Session

_log = structlog.get_logger("missent.smtp")
_HIGH_WATER = 1 << 17  # octets received and not looked at, before the client must wait
_BURST = 512  # events answered before the replies are sent, whether or not more wait
_GO_AHEAD = Reply(220, "2.0.0", ("go ahead",))
_OUR_FAULT = Reply(421, "4.3.0", ("a fault on our side; try again later",))


class Handler(Protocol):
    """What a server does with one client's events."""

    async def handle(self, event: Event) -> Answer | None:
        """Answer a question; None for what is none. `StartTls` is never asked."""

    async def settled(self) -> None:
        """The answer to `End` is on its way: time for bookkeeping."""

    async def close(self, last_words: Reply | None) -> None:
        """The connection is over, perhaps in the middle of a message.

        Args:
            last_words: what closed it from our side, None where the client went away.
        """


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long one client may take, in seconds.

    Attributes:
        command: for a whole command, however slowly it drips in (RFC 5321 4.5.3.2.7: 5 minutes).
        data: between two pieces of content.
        message: for the whole content.
        handshake: for TLS.
        linger: that a client who was cut off may go on sending, so that it reads the reason.
    """

    command: float = 300
    data: float = 180
    message: float = 1800
    handshake: float = 30
    linger: float = 10


class Connection(asyncio.Protocol):
    """Feeds a session from a transport, its events to a handler, and the answers back.

    Args:
        session: new.
        deadlines: how long the client may take.
        admit: given the peer's IP address, who handles it, or why it is turned away.
        lost: called when it is over.
        tls: for STARTTLS, where the handler offers it.
    """

    def __init__(
        self,
        session: Session,
        deadlines: Deadlines,
        admit: Callable[[Connection, str], Handler | Reply],
        lost: Callable[[Connection], None],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.peer = ""
        self.task: asyncio.Task[None] | None = None
        self._session = session
        self._deadlines = deadlines
        self._admit = admit
        self._lost = lost
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._waiter = Waiter(self._loop)
        self._message_expires = 0.0
        self._fresh = self._eof = self._gone = False
        self._reading_paused = self._writing_paused = False
        self._parting = self._stopping = False

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102  inherited
        self._transport = cast("asyncio.Transport", transport)
        if self.task is None:  # a handshake makes the connection a second time on some loops
            peer = transport.get_extra_info("peername")
            self.peer = str(peer[0]) if isinstance(peer, tuple) else ""
            self.task = self._loop.create_task(self._run())

    def data_received(self, data: bytes) -> None:  # noqa: D102  inherited
        if self._parting:
            return
        self._session.receive(data)
        if self._session.pending > _HIGH_WATER and not self._reading_paused:
            self._reading_paused = True
            self._transport.pause_reading()
        self._fresh = True
        self._waiter.wake()

    def eof_received(self) -> bool:  # noqa: D102  inherited
        self._eof = True
        self._waiter.wake()
        # what came before it is still answered; TLS knows no half-closed connection
        return not self._session.secure

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002, D102  inherited
        self._gone = True
        self._waiter.wake()

    def pause_writing(self) -> None:  # noqa: D102  inherited
        self._writing_paused = True

    def resume_writing(self) -> None:  # noqa: D102  inherited
        self._writing_paused = False
        self._waiter.wake()

    # What the listener calls.

    def stop(self) -> None:
        """Close when the message under way is finished; at once where there is none."""
        self._stopping = True
        self._waiter.wake()

    def abort(self) -> None:
        """Drop the client now."""
        self._transport.abort()

    # The conversation.

    async def _run(self) -> None:
        admitted = self._admit(self, self.peer)
        try:
            if isinstance(admitted, Reply):
                self._session.fail(admitted)
                return
            try:
                await self._converse(admitted)
            except Exception:  # noqa: BLE001  a bug costs one conversation, not the server
                _log.exception("conversation failed")
                self._session.fail(_OUR_FAULT)
            finally:
                await admitted.close(self._session.last_words)
        finally:
            await self._part()
            self._lost(self)

    async def _converse(self, handler: Handler) -> None:
        session = self._session
        session.greet()
        burst = 0
        while not self._gone:
            if self._stopping and not session.in_data:
                session.shut_down()
            self._fresh = False
            event = session.next_event()
            if event is None:
                await self._flush()
                if session.closed or not await self._more():
                    return
                continue
            if isinstance(event, StartTls):
                await self._secure()
                continue
            answer = await handler.handle(event)
            if answer is not None:
                session.answer(answer)
            burst += 1
            if isinstance(event, End):
                await self._flush()
                await handler.settled()
            elif burst % _BURST == 0:
                await self._flush()
            if isinstance(event, Begin):
                self._message_expires = self._loop.time() + self._deadlines.message
            self._extend(event)

    def _extend(self, event: Event | None) -> None:
        """Start the deadline anew, for a reply or a piece of content; not for half a command."""
        now = self._loop.time()
        if self._session.in_data:
            self._waiter.expires = min(now + self._deadlines.data, self._message_expires)
        elif event is None:
            self._waiter.expires = now + self._deadlines.command

    async def _secure(self) -> None:
        assert self._tls is not None  # noqa: S101  a handler offers STARTTLS only with a context
        self._session.answer(_GO_AHEAD)
        await self._flush()
        if self._session.closed or self._gone:
            return
        # before the handshake: the first encrypted bytes may come before this task goes on
        self._session.secured()
        try:
            transport = await self._loop.start_tls(
                self._transport,
                self,
                self._tls,
                server_side=True,
                ssl_handshake_timeout=self._deadlines.handshake,
            )
        except OSError as error:  # ssl.SSLError is one
            _log.info("handshake failed", peer=self.peer, reason=str(error))
            self._gone = True
            return
        if transport is None:
            self._gone = True
            return
        self._transport = transport

    async def _flush(self) -> None:
        out = self._session.take()
        if not out or self._gone:
            return
        self._transport.write(out)
        self._extend(None)
        while self._writing_paused and not self._gone:
            if self._waiter.late:
                self._transport.abort()  # it reads no replies
                self._gone = True
                return
            await self._waiter.wait()

    async def _more(self) -> bool:
        """Wait for bytes; False when there is no sense in going on."""
        if self._reading_paused:
            self._reading_paused = False
            self._transport.resume_reading()
        while not self._fresh and not self._gone and not self._eof:
            if self._stopping and not self._session.in_data:
                return True
            if self._waiter.late:
                self._session.timed_out()
                await self._flush()
                return False
            await self._waiter.wait()
        return self._fresh

    async def _part(self) -> None:
        """Close; a client that was cut off gets time to read why, and no reset in its face."""
        self._parting = True
        if not self._gone:
            self._transport.write(self._session.take())
            self._waiter.expires = self._loop.time() + self._deadlines.linger
            last = self._session.last_words
            if last is not None and last.code != 221 and not self._stopping:  # noqa: PLR2004  QUIT
                if self._transport.can_write_eof():
                    self._transport.write_eof()
                if self._reading_paused:
                    self._transport.resume_reading()
                await self._silence(eof=True)
            self._transport.close()
            await self._silence(eof=False)
            self._transport.abort()  # nothing, where all was sent and closed
        self._waiter.close()

    async def _silence(self, *, eof: bool) -> None:
        """Wait until the client is gone, or has said its last, or has had its time."""
        while not self._gone and not (eof and self._eof) and not self._waiter.late:
            await self._waiter.wait()
