"""Keeps mail in a Maildir where there is no next hop, so that one can see it arrive."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import time
from typing import IO, TYPE_CHECKING

import structlog

from missent.smtp.events import Extensions
from missent.smtp.replies import Reply

if TYPE_CHECKING:
    from pathlib import Path

    from missent.core.address import Address
    from missent.smtp.events import Mail

_log = structlog.get_logger("missent.outbox")
_STALE_SECONDS = 36 * 3600  # what Maildir allows an unfinished delivery

_RECIPIENT_OK = Reply(250, "2.1.5", ("recipient ok",))
_GO_AHEAD = Reply(354, "", ("end with a dot on a line of its own",))
_NO_ROOM = Reply(452, "4.3.1", ("the message could not be stored; try again later",))


class Outbox:
    """A Maildir.

    Args:
        folder: made where it is missing, with `tmp`, `new` and `cur`.
        size: the largest message, in octets.

    Raises:
        OSError: the folder cannot be made.
    """

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._extensions = Extensions(size=size)
        self._count = itertools.count(1)
        for part in ("tmp", "new", "cur"):
            (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        stale = time.time() - _STALE_SECONDS
        for left in (folder / "tmp").iterdir():
            with contextlib.suppress(OSError):
                if left.stat().st_mtime < stale:
                    left.unlink()

    async def extensions(self) -> Extensions:
        """What it can take: everything."""
        return self._extensions

    async def open(self, mail: Mail) -> OutboxMessage:
        """Begin a message."""
        return OutboxMessage(self._folder, self._name(), mail)

    async def close(self) -> None:
        """Nothing is held open."""

    def _name(self) -> str:
        now = time.time_ns()
        stamp = f"{now // 10**9}.M{now // 1000 % 10**6}"
        return f"{stamp}P{os.getpid()}Q{next(self._count)}.missent"


class OutboxMessage:
    """A message that is being written into `tmp`, and moved to `new` when it is safe."""

    def __init__(self, folder: Path, name: str, mail: Mail) -> None:
        self._folder = folder
        self._name = name
        self._mail = mail
        self._recipients: list[Address] = []
        self._file: IO[bytes] | None = None

    async def rcpt(self, address: Address) -> Reply:
        """Take a recipient."""
        self._recipients.append(address)
        return _RECIPIENT_OK

    async def begin(self) -> Reply:
        """Open the file; Return-Path (RFC 5321 4.4) and Delivered-To stand at its top."""
        sender = "" if self._mail.address is None else str(self._mail.address)
        head = [f"Return-Path: <{sender}>\n"]
        head += [f"Delivered-To: {address}\n" for address in dict.fromkeys(self._recipients)]
        try:
            # fails where the name is taken
            self._file = os.fdopen(
                os.open(
                    self._folder / "tmp" / self._name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600
                ),
                "wb",
            )
            self._file.write("".join(head).encode())
        except OSError as error:
            await self._fail(error)
            return _NO_ROOM
        return _GO_AHEAD

    async def write(self, content: bytes) -> None:
        """Add a piece of the content, with the line ends of a Maildir."""
        if self._file is None:
            return
        try:
            self._file.write(content.replace(b"\r\n", b"\n"))
        except OSError as error:
            await self._fail(error)

    async def finish(self) -> Reply:
        """Sync the file, move it, sync the folder; only then say yes."""
        if self._file is None:
            return _NO_ROOM
        try:
            await asyncio.to_thread(self._commit, self._file)
        except OSError as error:
            await self._fail(error)
            return _NO_ROOM
        self._file = None
        return Reply(250, "2.0.0", (f"kept in the outbox as {self._name}",))

    async def abort(self) -> None:
        """Remove the file."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None
            with contextlib.suppress(OSError):
                (self._folder / "tmp" / self._name).unlink()

    async def _fail(self, error: OSError) -> None:
        _log.error("outbox failed", folder=str(self._folder), reason=str(error))
        await self.abort()

    def _commit(self, file: IO[bytes]) -> None:
        file.flush()
        os.fsync(file.fileno())
        file.close()
        new = self._folder / "new"
        (self._folder / "tmp" / self._name).rename(new / self._name)
        folder = os.open(new, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
