"""One client's conversation, sans-I/O: it ends at RCPT, and no state of it takes content.

The caller reads into a `Buffer`, has it looked at, sends the pieces of the replies, and wipes the
buffer; what is left of an incomplete line comes again with the next octets. There is no decoder
for content here, and none is imported: DATA is answered 554 in every state, BDAT and what else
would bring octets that are no commands ends the conversation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

from missent.sinkhole import grammar, phrases
from missent.sinkhole.answers import LOCAL_OCTETS
from missent.sinkhole.envelope import begun
from missent.sinkhole.refusing import refuse, refuse_following

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from missent.sinkhole.answers import Answers
    from missent.sinkhole.envelope import Envelope
    from missent.sinkhole.scratch import Buffer
    from missent.sinkhole.terms import Terms

LINE_OCTETS = 1024  # RFC 5321 4.5.3.1.4 asks for 512, and 500 more for the parameters of MAIL


class Book(Protocol):
    """What is told of the conversations."""

    def knock(self, dialogue: Dialogue, envelope: Envelope) -> None:
        """A message is over whose recipients were refused; see `Envelope.refused`."""

    def fault(self, what: str) -> None:
        """Something that no mail server does; `what` is one of a few words."""

    def digest(self, octets: memoryview, more: memoryview) -> int:
        """A keyed hash of two pieces of a buffer."""


class Line(NamedTuple):
    """A line in the buffer, and where its reply goes.

    Attributes:
        buffer: in which it stands.
        start: where it begins.
        after: where the next one does.
        end: of what was read.
        replies: get the reply.
    """

    buffer: Buffer
    start: int
    after: int
    end: int
    replies: list[bytes | memoryview]


class Dialogue:
    """One conversation.

    Args:
        terms: what the client is met with.
        answers: finds the refusal for a domain.
        book: what is told of it.
        peer: the client's IP address.

    Attributes:
        closing: whether it is over, once the replies are sent.
        starting_tls: whether a handshake comes next; to be reset by whoever does it.
        secure: whether the handshake is done.
        early: whether the client spoke out of turn.
        helo: the name that the client gives itself.
        polite: whether it ended with QUIT.
    """

    __slots__ = (
        "_answers",
        "_book",
        "_commands",
        "_envelope",
        "_errors",
        "_extended",
        "_greeted",
        "_recipients",
        "_terms",
        "closing",
        "early",
        "helo",
        "peer",
        "polite",
        "secure",
        "starting_tls",
    )

    def __init__(self, terms: Terms, answers: Answers, book: Book, peer: str) -> None:
        self._terms = terms
        self._answers = answers
        self._book = book
        self.peer = peer
        self.closing = self.polite = False
        self.starting_tls = self.secure = self.early = False
        self.helo = b""
        self._greeted = self._extended = False
        self._commands = self._errors = self._recipients = 0
        self._envelope: Envelope | None = None

    def hear(self, buffer: Buffer, end: int, replies: list[bytes | memoryview]) -> int:
        """Take the complete lines before `end`.

        Args:
            buffer: what was read; the replies may point into it.
            end: how much of it.
            replies: gets the pieces of the replies.

        Returns:
            Where the incomplete line begins; all before it was dealt with.
        """
        octets, start = buffer.octets, 0
        while start < end and not self.closing:
            if self._envelope is not None:
                found = grammar.RCPT.match(octets, start, min(end, start + LINE_OCTETS))
                if found is not None:
                    start = self._recipient(self._envelope, buffer, (found, end), replies)
                    continue
            after = octets.find(b"\n", start, end) + 1
            if not after:
                if end - start < LINE_OCTETS:
                    return start
                self._break(phrases.LONG, "line too long", replies)
                return end
            self._other(Line(buffer, start, after, end, replies))
            if self.starting_tls:
                return end
            start = after
        return end if self.closing else start

    def _recipient(
        self,
        envelope: Envelope,
        buffer: Buffer,
        where: tuple[re.Match[bytes], int],
        replies: list[bytes | memoryview],
    ) -> int:
        """Refuse a recipient, and a burst that follows it; gives where the next line begins."""
        found, end = where
        (_, after), local, domain = found.regs
        if local[1] - local[0] > LOCAL_OCTETS:
            self._error(phrases.BAD_RECIPIENT, replies)
            return after
        name, written = bytes(buffer.view[slice(*domain)]), buffer.view[slice(*local)]
        answer, count = self._answers(name), 1
        refuse(answer, written, replies)
        if not envelope.looked_at:
            digest = self._book.digest(written, buffer.view[slice(*domain)])
            envelope.look_at(digest, buffer, local)
        elif answer.between:
            room = self._terms.recipients - self._recipients - 1
            burst = refuse_following(answer, name, (buffer, after, end), room, replies)
            count, after = 1 + burst.recipients, burst.after
        envelope.count(answer.target, count)
        self._recipients += count
        if self._recipients >= self._terms.recipients:
            self._break(phrases.ENOUGH, "too many recipients", replies)
        return after

    # What the caller says.

    def over(self) -> None:
        """The client is gone."""
        self.closing = True
        self._tell()

    def timed_out(self) -> bytes:
        """The client took too long: what to say before closing."""
        self._book.fault("too slow")
        self.over()
        return phrases.SLOW

    def shut_down(self) -> bytes:
        """We stop: what to say before closing."""
        self.over()
        return phrases.STOPPING

    def secured(self) -> None:
        """The handshake is done; what was said before it does not count."""
        self.starting_tls, self.secure = False, True
        self._greeted = False
        self._envelope = None

    def _tell(self) -> None:
        if self._envelope is not None and self._envelope.refused:
            self._book.knock(self, self._envelope)
        self._envelope = None

    # Everything but a well-formed RCPT.

    def _other(self, line: Line) -> None:
        octets = line.buffer.octets
        if line.after - line.start > LINE_OCTETS:
            self._break(phrases.LONG, "line too long", line.replies)
            return
        if octets.find(b"\r", line.start, line.after) != line.after - 2:
            self._break(phrases.BARE, "bare CR or LF", line.replies)
            return
        self._commands += 1
        if self._commands > self._terms.commands:
            self._break(phrases.ENOUGH, "too many commands", line.replies)
            return
        found = grammar.VERB.fullmatch(octets, line.start, line.after)
        if found is None or found.lastgroup is None:
            self._book.fault("unknown command")
            self._error(phrases.UNKNOWN, line.replies)
            return
        if found.lastgroup in phrases.SIMPLE:
            line.replies.append(phrases.SIMPLE[found.lastgroup])
        elif found.lastgroup == "name":
            self._hello(found["name"], line)
        else:
            self._ACTS[found.lastgroup](self, line)

    def _hello(self, name: bytes, line: Line) -> None:
        self._tell()
        self.helo = name
        self._greeted = True
        self._extended = line.buffer.octets[line.start] | 0x20 == ord("e")
        self._turn(line)
        if self._extended:
            line.replies.append(self._terms.offers(secure=self.secure))
        else:
            line.replies.append(f"250 {self._terms.hostname}\r\n".encode())

    def _data(self, line: Line) -> None:
        self._book.fault("DATA")
        self._turn(line)
        line.replies.append(phrases.NO_CONTENT)

    def _rset(self, line: Line) -> None:
        self._tell()
        line.replies.append(phrases.OK)

    def _quit(self, line: Line) -> None:
        self._tell()
        self.closing = self.polite = True
        line.replies.append(phrases.BYE)

    def _fatal(self, line: Line) -> None:
        self._break(phrases.FATAL, "another protocol", line.replies)

    def _mail_from(self, line: Line) -> None:
        if not self._greeted:
            self._error(phrases.HELLO_FIRST, line.replies)
            return
        self._tell()  # many a client begins anew without RSET; that does no harm here
        self._envelope = begun(line.buffer, line.start, line.after, self._book.digest)
        if self._envelope is None:
            self._error(phrases.BAD_SENDER, line.replies)
        else:
            line.replies.append(phrases.SENDER)

    def _odd_recipient(self, line: Line) -> None:
        if self._envelope is None:
            self._error(phrases.MAIL_FIRST if self._greeted else phrases.HELLO_FIRST, line.replies)
            return
        octets, view = line.buffer.octets, line.buffer.view
        if grammar.POSTMASTER.fullmatch(octets, line.start, line.after):
            line.replies.append(self._terms.postmaster)
            return
        found = grammar.RCPT_UTF8.fullmatch(octets, line.start, line.after)
        if found is None or found.end(1) - found.start(1) > LOCAL_OCTETS:
            self._error(phrases.BAD_RECIPIENT, line.replies)
            return
        if not self._envelope.smtputf8:
            line.replies.append(phrases.NEEDS_UTF8)
            return
        self._recipients += 1
        local = view[slice(*found.span(1))]
        answer = self._answers(bytes(view[slice(*found.span(2))]))
        refuse(answer, local, line.replies)
        self._envelope.count(answer.target, 1)

    def _start_tls(self, line: Line) -> None:
        if not self._terms.starttls or self.secure or not self._extended:
            line.replies.append(phrases.NOT_OFFERED)
        elif line.after < line.end:  # who speaks before the handshake may be another than after it
            self._break(phrases.EARLY_TLS, "early talker", line.replies)
        else:
            self._tell()
            self.starting_tls = True
            line.replies.append(phrases.GO_AHEAD)

    _ACTS: ClassVar[dict[str, Callable[[Dialogue, Line], None]]] = {
        "data": _data,
        "fatal": _fatal,
        "mail": _mail_from,
        "quit": _quit,
        "rcpt": _odd_recipient,
        "rset": _rset,
        "starttls": _start_tls,
    }

    def _turn(self, line: Line) -> None:
        """The client has to wait here (RFC 2920 3.1); one that does not is noted."""
        if line.after < line.end and not self.early:
            self.spoke_early()

    def spoke_early(self) -> None:
        """The client did not wait for its turn."""
        self.early = True
        self._book.fault("early talker")

    def _error(self, reply: bytes, replies: list[bytes | memoryview]) -> None:
        self._errors += 1
        if self._errors > self._terms.errors:
            self._break(phrases.ERRORS, "too many errors", replies)
        else:
            replies.append(reply)

    def _break(self, reply: bytes, what: str, replies: list[bytes | memoryview]) -> None:
        self._book.fault(what)
        replies.append(reply)
        self.over()
