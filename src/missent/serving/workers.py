"""Several processes that share listening sockets: started, replaced and ended by one parent.

The parent opens the sockets and forks; it serves nobody itself. A worker that dies is replaced,
and who connects meanwhile waits in the socket's queue or goes to another worker. On SIGHUP, or when
a watched file changes, a new generation starts; the old one is asked to end when all of the new one
is ready, and goes on when one of the new fails.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from missent.serving import systemd
from missent.serving.process import SIGNALS, fork
from missent.serving.watched import Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from missent.serving.process import Life, Worker

_log = structlog.get_logger("missent.workers")
_SHORT_LIFE = 1.0  # seconds; a worker that lives no longer is replaced after a pause
_LONGEST_PAUSE = 30.0
_SAME_WISH = 1.0  # seconds; make, timeout and terminals tell a whole group, and so twice


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How workers are kept.

    Attributes:
        count: of them at a time.
        start: seconds within which a new one must be ready.
        grace: seconds after which one that was asked to end is killed.
    """

    count: int = 2
    start: float = 120.0
    grace: float = 35.0


class Workers:
    """The parent.

    Args:
        options: how workers are kept.
        work: what each of them does, until SIGTERM; it returns the exit code.
        watched: files that they are started anew for.
    """

    def __init__(
        self, options: WorkerOptions, work: Callable[[Life], int], watched: Watched | None = None
    ) -> None:
        self._options = options
        self._work = work
        self._watched = watched or Watched()
        self._workers: dict[int, Worker] = {}
        self._generations = 0
        self._starting = 0  # the generation that is not all ready yet; 0 where there is none
        self._serving = 0  # the generation that serves; 0 before the first is ready
        self._reload_again = False
        self._ending = 0.0  # since when
        self._code = 0
        self._pause = 0.0
        self._replace_at = 0.0
        self._selector = selectors.DefaultSelector()
        self._life_line = os.pipe()

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT.

        Returns:
            0 after a stop that was asked for; otherwise the code of the worker that could not
            start.
        """
        with _signals() as wake:
            self._selector.register(wake, selectors.EVENT_READ)
            self._renew()
            while self._workers or not self._ending:
                for key, _ in self._selector.select(self._until_next()):
                    if key.fileobj is wake:
                        self._heard(wake.recv(256))
                    elif key.data.process in self._workers:
                        # Otherwise its death was told in the same breath.
                        self._is_ready(key.data)
                self._tend(time.monotonic())
        self._selector.close()
        for end in self._life_line:
            os.close(end)
        return self._code

    # -- what happens ---------------------------------------------------------------------------

    def _heard(self, numbers: bytes) -> None:
        for number in numbers:
            if number == signal.SIGCHLD:
                self._reap()
            elif number == signal.SIGHUP:
                self._reload()
            elif not self._ending:
                self._end()
            elif time.monotonic() > self._ending + _SAME_WISH:
                self._kill(list(self._workers.values()))

    def _reload(self) -> None:
        if self._ending:
            return
        self._reload_again = self._starting > 0
        if self._reload_again:
            return  # what is starting may have read the configuration already
        _log.info("reloading")
        systemd.notify(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
        self._renew()

    def _renew(self) -> None:
        self._watched.reload()
        self._generations += 1
        self._starting = self._generations
        for _ in range(self._options.count):
            self._fork(self._starting)

    def _is_ready(self, worker: Worker) -> None:
        self._selector.unregister(worker.told)
        # Nothing to read means that it died; SIGCHLD tells the rest.
        worker.ready = os.read(worker.told, 1) == b"1"
        if self._starting and all(w.ready for w in self._of(self._starting)):
            previous, self._serving, self._starting = self._serving, self._starting, 0
            self._ask_to_end(self._of(previous))
            _log.info("ready", workers=self._options.count)
            systemd.notify("READY=1")
            self._if_asked_again()

    def _if_asked_again(self) -> None:
        if self._reload_again:
            self._reload()

    def _reap(self) -> None:
        for worker in list(self._workers.values()):
            process, status = os.waitpid(worker.process, os.WNOHANG)
            if process:
                del self._workers[process]
                with contextlib.suppress(KeyError):
                    self._selector.unregister(worker.told)
                os.close(worker.told)
                self._died(worker, os.waitstatus_to_exitcode(status))

    def _died(self, worker: Worker, code: int) -> None:
        if self._ending or worker.end_by:
            return
        if worker.generation == self._serving:
            _log.error("worker died", process=worker.process, code=code)
            lived = time.monotonic() - worker.born
            short = lived < _SHORT_LIFE or not worker.ready
            self._pause = min(max(0.1, 2 * self._pause), _LONGEST_PAUSE) if short else 0.0
            self._replace_at = time.monotonic() + self._pause
        elif self._serving:
            _log.error("reload failed; the old configuration stays", code=code)
            systemd.notify("READY=1")
            failed, self._starting = self._starting, 0
            self._ask_to_end(self._of(failed))
            self._if_asked_again()
        else:
            self._code = code if code > 0 else 3
            self._end()

    def _end(self) -> None:
        self._ending = time.monotonic()
        systemd.notify("STOPPING=1")
        self._ask_to_end(list(self._workers.values()))

    def _tend(self, now: float) -> None:
        if changed := self._watched.changed(now):
            _log.info("changed", files=[str(file) for file in changed])
            self._reload()
        self._kill([w for w in self._workers.values() if w.end_by and now > w.end_by])
        late = now - self._options.start
        self._kill([w for w in self._workers.values() if not w.ready and w.born < late])
        if self._replace_at and now >= self._replace_at and not self._ending:
            self._replace_at = 0.0
            for _ in range(self._options.count - len(self._of(self._serving))):
                self._fork(self._serving)

    def _until_next(self) -> float:
        now = time.monotonic()
        moments = [w.end_by for w in self._workers.values() if w.end_by]
        moments += [w.born + self._options.start for w in self._workers.values() if not w.ready]
        if self._replace_at:
            moments.append(self._replace_at)
        wait = max(0.0, min(moments) - now + 0.01) if moments else 60.0
        return min(wait, self._watched.until_next(now))

    # -- processes ------------------------------------------------------------------------------

    def _of(self, generation: int) -> list[Worker]:
        return [w for w in self._workers.values() if w.generation == generation]

    def _ask_to_end(self, workers: list[Worker]) -> None:
        for worker in workers:
            worker.end_by = worker.end_by or time.monotonic() + self._options.grace
            os.kill(worker.process, signal.SIGTERM)

    def _kill(self, workers: list[Worker]) -> None:
        for worker in workers:
            _log.warning("worker killed", process=worker.process, ready=worker.ready)
            os.kill(worker.process, signal.SIGKILL)
            worker.end_by = worker.end_by and time.monotonic() + self._options.grace

    def _fork(self, generation: int) -> None:
        taken = {worker.place for worker in self._of(generation)}
        place = next(n for n in range(self._options.count) if n not in taken)
        worker = fork(self._work, self._life_line, generation, place)
        self._workers[worker.process] = worker
        self._selector.register(worker.told, selectors.EVENT_READ, worker)


@contextlib.contextmanager
def _signals() -> Iterator[socket.socket]:
    """Turn signals into octets of a socket, so that nothing happens between two lines."""
    reading, writing = socket.socketpair()
    reading.setblocking(False)
    writing.setblocking(False)
    before = {number: signal.signal(number, lambda *_: None) for number in SIGNALS}
    previous = signal.set_wakeup_fd(writing.fileno())
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(previous)
        for number, handler in before.items():
            signal.signal(number, handler)
        reading.close()
        writing.close()
