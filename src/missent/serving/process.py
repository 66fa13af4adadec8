"""One worker's process: forked, told of by a pipe, and what it is spared of its parent."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
"""Those that a parent hears and a worker does not inherit."""


@dataclass(frozen=True, slots=True)
class Life:
    """What a worker is given.

    Attributes:
        ready: to be called once, when it serves.
        parent: a descriptor that reads end of file when the parent is gone.
        place: which of the workers it is, from 0; of those who serve at a time, each has its own.
    """

    ready: Callable[[], None]
    parent: int
    place: int = 0


@dataclass(slots=True)
class Worker:
    """A process, as its parent knows it.

    Attributes:
        process: its id.
        generation: with which it began.
        place: see `Life`.
        born: when, of the monotonic clock.
        told: a descriptor that reads one octet when it is ready.
        ready: whether that came.
        end_by: when it is killed, after it was asked to end; 0 before that.
    """

    process: int
    generation: int
    place: int
    born: float
    told: int
    ready: bool = False
    end_by: float = 0.0


def fork(
    work: Callable[[Life], int], life_line: tuple[int, int], generation: int, place: int
) -> Worker:
    """Start one; in the child this does not return.

    Args:
        work: what it does, until SIGTERM; it returns the exit code.
        life_line: a pipe whose writing end the parent alone keeps.
        generation: with which it begins.
        place: see `Life`.
    """
    told, tell = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    # A signal that reached the child before it let go of the parent's ways to hear of signals
    # would be heard by the parent.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    process = os.fork()
    if process == 0:
        _live(work, life_line, tell, place)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    os.close(tell)
    return Worker(process, generation, place, time.monotonic(), told)


def _live(
    work: Callable[[Life], int], life_line: tuple[int, int], tell: int, place: int
) -> NoReturn:
    code = 3
    try:
        signal.set_wakeup_fd(-1)
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        # A reload is the parent's business; a terminal sends ^C to everyone.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        reading, writing = life_line
        os.close(writing)
        code = work(Life(lambda: _tell(tell), reading, place))
    except BaseException:  # noqa: BLE001  nothing of the parent may run in the child
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _tell(descriptor: int) -> None:
    os.write(descriptor, b"1")
    os.close(descriptor)
