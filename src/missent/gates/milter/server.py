"""The asyncio side of a session: sockets, back-pressure, progress, the graceful stop.

`asyncio.Protocol` and not streams: an answer is written in the same turn of the loop in which the
command came, and a task is made only where a decision must be waited for.
"""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

import structlog

from missent.core.errors import ProtocolError
from missent.gates.keeper import Kept
from missent.gates.milter import wire
from missent.gates.milter.commands import Quit
from missent.gates.milter.events import Finished, Passed, Question
from missent.gates.milter.replies import Progress
from missent.gates.milter.session import Session
from missent.gates.ours import Ours
from missent.serving.listening import acknowledging

if TYPE_CHECKING:
    from missent.gates.disposition import Disposition
    from missent.gates.milter.events import Event
    from missent.smtp.replies import Reply

_log = structlog.get_logger("missent.milter")
_PROGRESS = wire.to_mta(Progress())
_WAITING_OCTETS = 1 << 17  # read ahead of a decision
_SWEEP_SECONDS = 60.0
_LOOK_SECONDS = 0.05
_BACKLOG = 1024


class Decide(Protocol):
    """Answers a question of the session; see `Desk`."""

    def at_once(self, question: Question) -> tuple[Disposition, ...] | None:
        """The same, where nothing must be waited for; None: call `decide`."""

    async def keep(self, kept: Kept) -> tuple[str, Reply | None]:
        """Lay a message into the store: its name there, or what the MTA is told instead."""

    async def decide(self, question: Question) -> tuple[Disposition, ...]:
        """One disposition for each recipient of the question; never raises but for cancellation."""


class Record(Protocol):
    """Is told what happened, after the MTA was."""

    def passed(self) -> None:
        """A message that is not ours went by."""

    def finished(self, finished: Finished) -> None:
        """A message of ours is over."""


@dataclass(frozen=True, slots=True)
class GateOptions:
    """How connections are kept.

    Attributes:
        ours: whose mail is looked at.
        header: whether the header is wanted.
        keeps: the largest message that is kept in our store, in octets; 0 keeps none.
        connections: at a time, in one process; more are closed at once.
        idle: seconds without a word after which a connection is closed; an SMTP client may make
            its MTA wait for long.
        progress: seconds between signs of life while a decision is waited for.
        grace: seconds that sessions under way get to end when we stop.
    """

    ours: Ours = field(default_factory=Ours)
    header: bool = True
    connections: int = 5000
    idle: float = 7200.0
    progress: float = 5.0
    grace: float = 30.0
    keeps: int = 0


class Connection(asyncio.Protocol):
    """One connection of an MTA."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._packets = wire.from_mta()
        options = gate.options
        self._session = Session(options.ours, header=options.header, keeps=options.keeps)
        self._transport: asyncio.Transport
        self._task: asyncio.Task[None] | None = None
        self._alive: asyncio.TimerHandle | None = None
        self._blocked = False
        self.heard = time.monotonic()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, unless there are too many."""
        # uvloop's is none by inheritance.
        self._transport = cast("asyncio.Transport", transport)
        self._acknowledge = acknowledging(transport)
        self._gate.joined(self)

    def data_received(self, data: bytes) -> None:
        """Go on as far as the octets and the decisions reach."""
        self.heard = time.monotonic()
        self._packets.feed(data)
        if self._task is None:
            self._go()
        elif self._packets.waiting > _WAITING_OCTETS:
            self._transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's signature
        """End a message under way: it was not sent, as far as anyone can tell."""
        if self._task is not None:
            self._task.cancel()
        self._quiet()
        for event in self._session.lost():
            self._gate.record.finished(event)
        self._gate.left(self)

    def pause_writing(self) -> None:
        """Hear no more from an MTA that does not listen."""
        self._blocked = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Listen again."""
        self._blocked = False
        self._transport.resume_reading()
        if self._task is None:
            self._go()

    def close(self) -> None:
        """End it."""
        self._transport.close()

    def _go(self) -> None:
        said: list[bytes] = []
        try:
            while not self._blocked and (command := self._packets.next()) is not None:
                question = self._carry_out(self._session.hear(command), said)
                if question is not None:
                    self._task = self._gate.loop.create_task(self._decide(question))
                    break
                self._packets.skip = self._session.unread
                kind = type(command)
                if kind is Quit:
                    self._transport.close()
                    break
        except ProtocolError as error:
            _log.warning("not understood", reason=str(error))
            self._transport.write(b"".join(said))
            self._transport.close()
            return
        if said:
            self._transport.write(b"".join(said))
        elif self._task is None:
            self._acknowledge()  # such as macros that are not read: Postfix waits for it

    def _carry_out(self, events: tuple[Event, ...], said: list[bytes]) -> Question | Kept | None:
        for event in events:
            if isinstance(event, Question):
                dispositions = self._gate.desk.at_once(event)
                if dispositions is None:
                    return event
                return self._carry_out(self._session.settle(dispositions), said)
            if isinstance(event, Kept):
                return event
            if isinstance(event, Finished):
                # The MTA first, the books after: what is written down has really been said.
                if said:
                    self._transport.write(b"".join(said))
                    said.clear()
                self._gate.record.finished(event)
            elif isinstance(event, Passed):
                self._gate.record.passed()
            else:
                said.append(wire.to_mta(event))
        return None

    async def _decide(self, question: Question | Kept | None) -> None:
        self._alive = self._gate.loop.call_later(self._gate.options.progress, self._still_at_it)
        said: list[bytes] = []
        while question is not None:
            if isinstance(question, Kept):
                events = self._session.kept(*await self._gate.desk.keep(question))
            else:
                events = self._session.settle(await self._gate.desk.decide(question))
            self._quiet()
            question = self._carry_out(events, said)
        self._task = None
        self._packets.skip = self._session.unread
        self._transport.write(b"".join(said))
        if self._packets.waiting:
            self._transport.resume_reading()
            self._go()

    def _still_at_it(self) -> None:
        self._transport.write(_PROGRESS)
        self._alive = self._gate.loop.call_later(self._gate.options.progress, self._still_at_it)

    def _quiet(self) -> None:
        if self._alive is not None:
            self._alive.cancel()
            self._alive = None


class Gate:
    """All connections of one process.

    Args:
        options: how they are kept.
        desk: who answers the questions.
        record: who is told what happened.
    """

    def __init__(self, options: GateOptions, desk: Decide, record: Record) -> None:
        self.options = options
        self.desk = desk
        self.record = record
        self.loop = asyncio.get_running_loop()
        self._servers: list[asyncio.Server] = []
        self._open: set[Connection] = set()
        self._sweep: asyncio.TimerHandle | None = None

    async def open(self, listening: socket.socket) -> None:
        """Take connections from a socket that is bound already, perhaps by another process."""
        make = self.loop.create_unix_server if _is_unix(listening) else self.loop.create_server
        server = await make(lambda: Connection(self), sock=listening, backlog=_BACKLOG)
        self._servers.append(server)
        if self._sweep is None:
            self._sweep = self.loop.call_later(_SWEEP_SECONDS, self._close_idle)

    async def close(self) -> None:
        """Take no new connections, let those that stand end, close the rest after the grace."""
        for server in self._servers:
            server.close()
        end = self.loop.time() + self.options.grace
        while self._open and self.loop.time() < end:  # noqa: ASYNC110  once in a process's life
            await asyncio.sleep(_LOOK_SECONDS)
        for connection in list(self._open):
            connection.close()
        if self._sweep is not None:
            self._sweep.cancel()
        await asyncio.sleep(0)

    def joined(self, connection: Connection) -> None:
        """Count a connection in; one too many is closed."""
        self._open.add(connection)
        if len(self._open) > self.options.connections:
            _log.warning("too many connections", open=len(self._open))
            connection.close()

    def left(self, connection: Connection) -> None:
        """Count a connection out."""
        self._open.discard(connection)

    def _close_idle(self) -> None:
        before = time.monotonic() - self.options.idle
        for connection in list(self._open):
            if connection.heard < before:
                connection.close()
        self._sweep = self.loop.call_later(_SWEEP_SECONDS, self._close_idle)


def _is_unix(listening: socket.socket) -> bool:
    return listening.family == socket.AF_UNIX
