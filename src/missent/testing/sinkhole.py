"""A sinkhole that runs in the test's own loop, and a book that remembers what it was told."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from missent.sinkhole.answers import Answers
from missent.sinkhole.dialogue import Dialogue
from missent.sinkhole.mapping import Lookalike
from missent.sinkhole.options import SinkholeOptions
from missent.sinkhole.scratch import Buffer
from missent.sinkhole.server import Server, listen_on
from missent.sinkhole.terms import Terms
from missent.testing.postfix import free_port
from missent.testing.postfix import until as until_true

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Self

    from missent.sinkhole.dialogue import Book
    from missent.sinkhole.envelope import Envelope
    from missent.sinkhole.tls import Certificate

LOOKALIKES = (
    Lookalike.parse("*.ml", "*.mil", ".ml is Mali"),
    Lookalike.parse("examp1e.org", "example.org"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a book was told of one message."""

    peer: str
    helo: bytes
    sender: bytes | None
    refused: dict[str, int]
    secure: bool


@dataclass(slots=True)
class Notebook:
    """A `Book`."""

    knocks: list[Told] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    def knock(self, dialogue: Dialogue, envelope: Envelope) -> None:
        """Write it down."""
        refused = {target.typed: count for target, count in envelope.refused.items()}
        self.knocks.append(
            Told(dialogue.peer, dialogue.helo, envelope.sender, refused, dialogue.secure)
        )

    def fault(self, what: str) -> None:
        """Write it down."""
        self.faults[what] += 1

    def digest(self, octets: memoryview, more: memoryview) -> int:
        """A hash under no key."""
        return int.from_bytes(blake2b(bytes(octets) + b"@" + more, digest_size=8).digest(), "big")


class Talk:
    """A conversation without a network.

    Args:
        terms: what the client is met with.
        book: what is told of it.
    """

    def __init__(self, terms: Terms | None = None, book: Notebook | None = None) -> None:
        self.book = book or Notebook()
        self.dialogue = Dialogue(
            terms or Terms("sink.example"), Answers(LOOKALIKES), self.book, "192.0.2.1"
        )
        self.buffer = Buffer()
        self._rest = b""

    def say(self, said: bytes, step: int = 0) -> str:
        """Say octets, `step` at a time or all at once; gives the replies."""
        heard = b""
        size = step or len(said)
        for start in range(0, len(said), max(size, 1)):
            piece = self._rest + said[start : start + size]
            self.buffer.view[: len(piece)] = piece
            replies: list[bytes | memoryview] = []
            used = self.dialogue.hear(self.buffer, len(piece), replies)
            heard += b"".join(replies)
            self._rest = piece[used:]
            self.buffer.wipe()
            if self.dialogue.closing:
                break
        return heard.decode()


@asynccontextmanager
async def running(
    options: SinkholeOptions | None = None,
    book: Book | None = None,
    certificate: Certificate | None = None,
    host: str = "127.0.0.1",
) -> AsyncIterator[tuple[Server, int]]:
    """Run a server; gives it and its port."""
    server = Server(options or SinkholeOptions(LOOKALIKES), book or Notebook(), certificate)
    sockets = listen_on(host, 0, 1)
    await server.serve(sockets)
    try:
        yield server, sockets[0].getsockname()[1]
    finally:
        await server.close()


class Process:
    """`missent sinkhole` as processes of its own, from `with` to its end.

    Args:
        base: a folder for its files.
        more: lines for the section [sinkhole].
        port: of 127.0.0.1; 0 takes a free one.
        flush: seconds between two writes.
    """

    def __init__(self, base: Path, more: str = "", port: int = 0, flush: float = 1) -> None:
        self.base = base
        self._flush = flush
        self.port = port or free_port()
        self.file = base / "missent.toml"
        self.configure(more)
        self._process: subprocess.Popen[bytes] | None = None

    def configure(self, more: str) -> None:
        """Write the configuration anew; SIGHUP makes it known."""
        self.file.write_text(
            f"""\
[store]
url = "sqlite:///{self.base}/missent.db"
[sinkhole]
listen = ["127.0.0.1:{self.port}"]
hostname = "sink.registry.example"
organisation = "Registry"
contact = "abuse@registry.example"
per_address = 100000
per_network = 100000
flush = {self._flush}
{more}
[[sinkhole.lookalike]]
typed = "*.ml"
meant = "*.mil"
note = ".ml is Mali"
""",
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, "-m", "missent", "--config", str(self.file), "sinkhole"],
                stdout=log,
                stderr=log,
            )
        until_true(lambda: '"ready"' in self.log, 60, what="the sinkhole to be ready")
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def signal(self, number: int) -> None:
        """Send a signal to the parent."""
        assert self._process is not None  # noqa: S101  within `with`
        self._process.send_signal(number)

    def wait(self) -> int:
        """Wait for its end, and return the exit code."""
        assert self._process is not None  # noqa: S101  within `with`
        return self._process.wait(30)

    @property
    def processes(self) -> list[int]:
        """The parent, then its workers."""
        assert self._process is not None  # noqa: S101  within `with`
        parent = self._process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii")
        return [parent, *map(int, children.split())]

    @property
    def log_file(self) -> Path:
        """Where its log goes."""
        return self.base / "log"

    @property
    def log(self) -> str:
        """What it logged."""
        return self.log_file.read_text("utf-8")

    def rows(self) -> list[tuple[str, str, str, str, int, int]]:
        """What it counted: meant, typed, organisation, kind, messages, recipients."""
        with contextlib.closing(sqlite3.connect(self.base / "missent.db")) as connection:
            return connection.execute(
                "SELECT meant, typed, organisation, kind, SUM(messages), SUM(recipients)"
                " FROM sinkhole_count GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
            ).fetchall()

    def sketches(self, kind: str) -> list[bytes]:
        """The sketches of the senders of one kind."""
        with contextlib.closing(sqlite3.connect(self.base / "missent.db")) as connection:
            found = connection.execute("SELECT senders FROM sinkhole_count WHERE kind = ?", (kind,))
            return [row[0] for row in found]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command with the same configuration."""
        return subprocess.run(  # noqa: S603  our own program
            [sys.executable, "-m", "missent", "--config", str(self.file), *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
