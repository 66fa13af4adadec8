"""The milter of one process, from its sockets to its end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from missent.gates.confirm import Confirm, LocalAttempts, Patience
from missent.gates.disposition import Privacy
from missent.gates.milter.books import Books
from missent.gates.milter.desk import Desk, DeskOptions
from missent.gates.milter.server import Gate, GateOptions
from missent.gates.notice import Notifier

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
    from typing import Any

    from missent.core.message import Message
    from missent.core.verdict import Verdict
    from missent.gates.confirm import Attempts
    from missent.gates.interface import Assess
    from missent.gates.notice import NoticeOptions
    from missent.gates.workers import Life

_COLLECT_AFTER = 10_000  # objects made and not freed; a message makes and frees a few dozen


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
    """
    if attempts is None:
        attempts = LocalAttempts()
    notifier = None
    if options.notice is not None:
        notifier = Notifier(options.notice, attempts, lambda: datetime.now(UTC))
    books = Books(assess, options.privacy, notifier)
    desk = Desk(assess, options.desk, Confirm(attempts, time.time, options.patience), at_once)
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
            await notifier.close()
        await asyncio.gather(*beside)


async def until_told(life: Life) -> None:
    """Say that we are ready, and wait for SIGTERM or for the parent's end."""
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, told.set)
    loop.add_reader(life.parent, told.set)
    spare_the_collector()
    life.ready()
    await told.wait()
    loop.remove_reader(life.parent)


def spare_the_collector() -> None:
    """Keep the garbage collector from walking all that was loaded, again and again.

    To be called once, when a worker has loaded what it decides by.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 20, 50)


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on uvloop where it is installed, otherwise on asyncio's own loop."""
    try:
        import uvloop  # noqa: PLC0415  an extra
    except ImportError:
        asyncio.run(main)
        return
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)
