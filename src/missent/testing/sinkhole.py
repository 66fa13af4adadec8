"""A sinkhole that runs in the test's own loop, and a book that remembers what it was told."""

from __future__ import annotations

from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING

from missent.sinkhole.answers import Answers
from missent.sinkhole.dialogue import Dialogue, Terms
from missent.sinkhole.mapping import Lookalike
from missent.sinkhole.scratch import Buffer
from missent.sinkhole.server import Server, SinkholeOptions, listen_on

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from missent.sinkhole.dialogue import Book
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

    def knock(self, dialogue: Dialogue) -> None:
        """Write it down."""
        refused = {target.typed: count for target, count in dialogue.refused.items()}
        self.knocks.append(
            Told(dialogue.peer, dialogue.helo, dialogue.sender, refused, dialogue.secure)
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
