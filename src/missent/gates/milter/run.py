"""The milter of one process, from its sockets to its end."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from missent.gates.confirm import Confirm, LocalAttempts, Patience
from missent.gates.dispose import Dispose
from missent.gates.disposition import Privacy
from missent.gates.keeper import Keeper
from missent.gates.milter.books import Books
from missent.gates.milter.desk import Desk, DeskOptions
from missent.gates.milter.server import Gate, GateOptions
from missent.gates.notice import Notifier

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable, Sequence

    from missent.core.message import Message
    from missent.core.verdict import Verdict
    from missent.gates.confirm import Attempts
    from missent.gates.interface import Assess
    from missent.gates.notice import NoticeOptions
    from missent.hold.room import Room


@dataclass(frozen=True, slots=True)
class MilterOptions:
    """The milter gate.

    Attributes:
        gate: whose mail is looked at, and how connections are kept.
        desk: how verdicts are carried out.
        patience: how a second attempt confirms a first one.
        notice: how senders are told; None tells nobody.
        privacy: how addresses stand in the log.
    """

    gate: GateOptions = field(default_factory=GateOptions)
    desk: DeskOptions = field(default_factory=DeskOptions)
    patience: Patience = field(default_factory=Patience)
    notice: NoticeOptions | None = None
    privacy: Privacy = field(default_factory=Privacy)


@contextlib.asynccontextmanager
async def serving(
    options: MilterOptions,
    assess: Assess,
    sockets: Sequence[socket.socket],
    attempts: Attempts | None = None,
    at_once: Callable[[Message], Verdict | None] | None = None,
    *,
    room: Room | None = None,
) -> AsyncIterator[Gate]:
    """Serve on sockets that are open already, until the end of the `with`.

    On leaving, no connection is taken any more, sessions under way end, and what was to be
    learned and told is.

    Args:
        options: of the gate.
        assess: who decides.
        sockets: where MTAs connect; they stay open.
        attempts: shared by all processes; without it each has its own.
        at_once: the verdict of `assess` where nothing has to be waited for; see `Desk`.
        room: keeps notices, and what is held.
    """
    if attempts is None:
        attempts = LocalAttempts()
    notifier = None
    if options.notice is not None and room is not None:
        notifier = Notifier(options.notice, room, attempts, time.time)
    books = Books(assess, options.privacy, notifier)
    own = options.desk
    keeper = Keeper(room, own.deadline) if room and own.hold_by == "hold" else None
    dispose = Dispose(assess, Confirm(attempts, time.time, options.patience), keeper)
    desk = Desk(assess, own, dispose, at_once, keeper)
    gate = Gate(options.gate, desk, books)
    beside = [asyncio.create_task(books.run())]
    if notifier:
        beside.append(asyncio.create_task(notifier.run()))
    try:
        for one in sockets:
            await gate.open(one)
        yield gate
    finally:
        await gate.close()
        books.close(desk.counts)
        if notifier:
            notifier.close()
        await asyncio.gather(*beside)
