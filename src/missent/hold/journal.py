"""Which jobs the next hop took, noted on this host's disk before the store is told.

Between the next hop's yes and the store's record of it a process may be killed. What it wrote to a
file before, the kernel keeps: so a process writes a line as soon as the yes is there, and whoever
takes jobs first tells the store what is left in the files of processes that are gone, and what
others could not tell it for a while. A file is locked (flock) by the process that writes it, for as
long as that lives.

Nothing is synced: a death of the machine itself loses the last lines, and those jobs are done
again.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import json
import os
import secrets
import time
from typing import TYPE_CHECKING, NamedTuple

import structlog

from missent.core.errors import StoreError
from missent.hold.held import Step
from missent.hold.jobs import Job, Kind, Task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from missent.hold.interface import HoldStore
    from missent.smtp.replies import Reply

_log = structlog.get_logger("missent.hold")
_SUFFIX = ".taken"
_LARGE = 1 << 20  # octets, after which a new file is begun
_OVERDUE = 5  # seconds, after which a process that lives is helped out
_LOOK = 0.02  # seconds between two looks whether another process has settled


class Taken(NamedTuple):
    """A job that the next hop took. It names no address, and holds nothing of the message."""

    claimer: str
    number: int
    kind: Kind
    message: str
    recipient: int
    at: int
    said: str

    async def tell(self, store: HoldStore) -> bool:
        """Let the store record it; False where it knows already."""
        task = Task(self.kind, "", self.at, self.message, self.recipient)
        why = f"{self.kind}: {self.said}, from the journal"
        step = Step(self.recipient, self.at, task.kind.done, "missent", "", why)
        return await store.done(Job(self.number, task, 0), self.claimer, step)


class Journal:
    """The notes of one process, and the settling of those of dead ones.

    Args:
        folder: for the files, on a disk of this host; made when the first note is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder
        self._file: int | None = None
        self._size = 0
        self._lines: dict[tuple[str, int], bytes] = {}  # of what the store was not told yet

    def note(self, job: Job, claimer: str, reply: Reply) -> None:
        """Note that a job is done, without waiting; where that fails, it may be done again."""
        task, said = job.task, f"{reply.code} {reply.enhanced}"
        at = int(time.time())
        taken = Taken(claimer, job.number, task.kind, task.message, task.recipient, at, said)
        self._lines[claimer, job.number] = octets = line(taken)
        try:
            if self._file is None or self._size > _LARGE:
                self._begin()
            else:
                self._write(self._file, octets)
        except OSError as error:
            _log.warning("not noted", folder=str(self._folder), reason=error.strerror)

    def told(self, job: Job, claimer: str) -> None:
        """The store knows what became of a job."""
        self._lines.pop((claimer, job.number), None)
        if self._file is not None and self._size and not self._lines:
            os.ftruncate(self._file, 0)
            self._size = 0

    def close(self) -> None:
        """Leave nothing behind but what the store was not told."""
        if self._file is not None:
            if not self._lines:
                self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = None

    def _begin(self) -> None:
        """Begin a file with what is not told yet, and only then drop the one before."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            path = self._folder / f"{secrets.token_hex(8)}{_SUFFIX}"
            file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
            if _locked(file) and os.fstat(file).st_nlink:
                break
            os.close(file)  # somebody took it for a dead one's before it was locked
        old, before, self._file, self._path = self._file, self._path, file, path
        self._size = 0
        try:
            self._write(file, b"".join(self._lines.values()))
        finally:
            if old is not None:
                before.unlink(missing_ok=True)
                os.close(old)

    def _write(self, file: int, octets: bytes) -> None:
        written = os.write(file, octets)
        self._size += written
        if written < len(octets):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async def settle(self, store: HoldStore) -> None:
        """Tell the store what others of this host noted and cannot. Do so before jobs are claimed.

        One process does so at a time, and the others wait for it: none takes a job that another is
        about to call done.

        Raises:
            StoreError: it, or the folder, cannot be read or written; nothing is forgotten.
        """
        try:
            folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unreadable(self._folder, error) from None
        try:
            while not _locked(folder):  # noqa: ASYNC110  another process lets go of it
                await asyncio.sleep(_LOOK)
            for path in self._folder.glob(f"*{_SUFFIX}"):
                if path == self._path:
                    continue
                with _left(path) as noted:
                    told = await asyncio.gather(*(one.tell(store) for one in noted))
                if any(told):
                    _log.info("settled for another process", jobs=sum(told))
        except OSError as error:
            raise _unreadable(self._folder, error) from None
        finally:
            os.close(folder)


def line(taken: Taken) -> bytes:
    """As it is written: the break stands first, so that it ends a torn line before it too."""
    return b"\n" + json.dumps(taken).encode()


def read(octets: bytes) -> list[Taken]:
    """What a file says, without lines that are torn."""
    found = []
    for text in octets.splitlines():
        try:
            taken = Taken(*json.loads(text))
            found.append(taken._replace(kind=Kind(taken.kind)))
        except (ValueError, TypeError):
            continue
    return found


@contextlib.contextmanager
def _left(path: Path) -> Iterator[list[Taken]]:
    """What a process leaves to others: all, and then its file, where it is dead."""
    try:
        opened = path.open("rb")
    except FileNotFoundError:  # it ended well just now
        yield []
        return
    with opened as file:
        dead = _locked(file.fileno())
        before = time.time() - _OVERDUE
        yield [one for one in read(file.read()) if dead or one.at < before]
        if dead:
            path.unlink()


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unreadable(folder: Path, error: OSError) -> StoreError:
    return StoreError(f"the journal {folder}: {error.strerror}; let missent's user own it")
