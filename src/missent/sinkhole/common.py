"""What the connections of one process share, and ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.serving.networks import inside
from missent.sinkhole.admission import Admission
from missent.sinkhole.answers import Answers
from missent.sinkhole.scratch import Scratch

if TYPE_CHECKING:
    from missent.sinkhole.dialogue import Book
    from missent.sinkhole.options import SinkholeOptions
    from missent.sinkhole.tls import Certificate

_FULL = b"421 4.7.0 too many connections; try again later\r\n"


class Common:
    """Everything that the connections of a process share.

    Args:
        options: of the server.
        book: what is told of conversations.
        certificate: for STARTTLS; None does not offer it.

    Attributes:
        now: of the loop, to the second: a look at the clock for each line is dear.
        closing: whether nobody is let in any more.
    """

    def __init__(
        self, options: SinkholeOptions, book: Book, certificate: Certificate | None = None
    ) -> None:
        self.options = options
        self.book = book
        self.certificate = certificate
        self.terms = options.terms
        self.greeting = options.terms.greeting
        self.answers = Answers(options.lookalikes)
        self.scratch = Scratch()
        self.now = 0.0
        self.closing = False
        self._admission = Admission(options.admission)

    def enter(self, peer: str) -> tuple[tuple[int, ...], bytes]:
        """Count a client in; what `leave` is to be given, and what to turn it away with, or b""."""
        networks, over = self._admission.enter(peer, self.now)
        if self.closing:
            return networks, _FULL
        if over:
            self.book.fault(over)
            return networks, _FULL
        return networks, b""

    def leave(self, networks: tuple[int, ...]) -> None:
        """It is gone."""
        self._admission.leave(networks)

    def is_proxy(self, peer: str) -> bool:
        """Whether this peer speaks for others."""
        return bool(self.options.proxies) and inside(peer, self.options.proxies)
