"""The server's side of one SMTP session, sans-I/O: bytes in, events out, replies back (RFC 5321).

The caller feeds what it received, then takes events until there is none; it answers every question
before it takes the next event, and sends what `take()` gives it:

    session.receive(data)
    while event := session.next_event():
        if isinstance(event, Question):
            session.answer(...)
    transport.write(session.take())
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from missent.core.errors import ProtocolError
from missent.smtp.arguments import TOO_LARGE, Refused
from missent.smtp.auth import LINE_OCTETS, read_response
from missent.smtp.events import (
    Auth,
    AuthAbandoned,
    AuthResponse,
    Begin,
    Data,
    End,
    Event,
    Extensions,
    Hello,
    Limits,
    Mail,
    Question,
    Rcpt,
    Reset,
    StartTls,
)
from missent.smtp.replies import Challenge, Reply
from missent.smtp.standing import Standing
from missent.smtp.verbs import FATAL, LAST, no_argument, unknown, words
from missent.smtp.wire import DataDecoder, LineBuffer

if TYPE_CHECKING:
    from collections.abc import Callable

    from missent.smtp.events import Answer

_QUESTIONS = get_args(Question)

_OK = Reply(250, "2.0.0", ("ok",))
_SIMPLE = {  # whatever the argument
    "NOOP": _OK,
    "VRFY": Reply(252, "2.5.2", ("not verified; send to it and see",)),  # RFC 5321 3.5.3
    "HELP": Reply(214, "2.0.0", ("HELO EHLO MAIL RCPT DATA RSET NOOP VRFY QUIT HELP",)),
}
_CLOSING = 421


class Session:
    """One client's conversation.

    Args:
        hostname: our name, for the greeting.
        limits: what the client may ask for.
    """

    __slots__ = (
        "_asked",
        "_at",
        "_commands",
        "_decoder",
        "_errors",
        "_exchanging",
        "_limits",
        "_lines",
        "_out",
        "_refusals",
        "_verbs",
        "closed",
        "last_words",
    )

    def __init__(self, hostname: str, limits: Limits | None = None) -> None:
        self.closed = False
        self.last_words: Reply | None = None
        self._limits = limits or Limits()
        none = Extensions(size=self._limits.size, eight_bit=False, smtputf8=False)
        self._at = Standing(hostname, self._limits, none)
        self._lines = LineBuffer(self._limits.line)
        self._out: list[bytes] = []
        self._asked: Question | None = None
        self._exchanging = False
        self._commands = self._errors = self._refusals = 0
        self._decoder: DataDecoder | None = None
        self._verbs: dict[str, Callable[[str], Event | None]] = {
            "RCPT": self._at.rcpt,
            "MAIL": self._at.mail_from,
            "DATA": self._at.data,
            "EHLO": self._ehlo,
            "HELO": self._helo,
            "RSET": self._rset,
            "QUIT": self._quit,
            "STARTTLS": self._at.starttls,
            "AUTH": self._at.auth,
        }

    def greet(self) -> None:
        """Open the conversation; a client that spoke before is turned away."""
        if len(self._lines):
            self._end(Reply(554, "5.5.0", ("wait for the greeting before you speak",)))
        else:
            self._say(Reply(220, "", (f"{self._at.hostname} ESMTP",)))

    def receive(self, data: bytes) -> None:
        """Take in what the client sent; dropped when the session is closed."""
        if not self.closed:
            self._lines.feed(data)

    def take(self) -> bytes:
        """Take what is to be sent to the client."""
        out = b"".join(self._out)
        self._out.clear()
        return out

    @property
    def secure(self) -> bool:
        """Whether the client uses TLS."""
        return self._at.secure

    @property
    def signed_in(self) -> bool:
        """Whether the client's AUTH succeeded."""
        return self._at.signed_in

    @property
    def pending(self) -> int:
        """Octets received and not looked at."""
        return len(self._lines)

    @property
    def in_data(self) -> bool:
        """Whether the content of a message is under way."""
        return self._decoder is not None

    def next_event(self) -> Event | None:
        """The next event; None when more bytes are needed or the session is closed.

        Raises:
            RuntimeError: the last event was a question and is not answered.
        """
        if self._asked is not None:
            raise RuntimeError(f"answer {self._asked} first")
        event: Event | None = None
        try:
            while event is None and not self.closed:
                if (decoder := self._decoder) is not None:
                    if decoder.ended:
                        event = self._complete(decoder)
                    elif self.pending:
                        event = self._content(decoder)
                    else:
                        return None
                else:
                    line = self._line()
                    if line is None:
                        return None
                    event = self._response(line) if self._exchanging else self._command(line)
        except ProtocolError as error:
            code = 550 if self._decoder is not None else 500
            enhanced = "5.5.6" if self._exchanging else "5.5.2"  # RFC 4954 6
            self._end(Reply(code, enhanced, (f"{error}; nothing was sent",)))
            return None
        if isinstance(event, _QUESTIONS):
            self._asked = event
        return event

    def answer(self, answer: Answer) -> None:
        """Answer the last question.

        A reply answers each; to `Hello` belongs what is offered, and to `Auth` perhaps a challenge.
        A reply with the code 421 closes the session.

        Raises:
            RuntimeError: nothing was asked, or this is no answer to it.
        """
        asked, self._asked = self._asked, None
        if asked is None:
            raise RuntimeError("nothing was asked")
        if self.closed:
            return
        if isinstance(answer, Extensions):
            self._welcome(asked, answer)
        elif isinstance(asked, Auth | AuthResponse):
            self._answer_auth(answer)
        elif isinstance(answer, Challenge):
            raise RuntimeError(f"a challenge is no answer to {asked}")  # noqa: TRY004  a misuse
        elif answer.code == _CLOSING:
            self._end(answer)
        elif isinstance(asked, Rcpt):
            self._at.recipients += answer.accepted
            self._say(answer)
        elif isinstance(asked, Mail):
            self._at.mail = asked if answer.accepted else None
            self._say(answer, utf8=asked.smtputf8)
        else:
            self._answer_turn(asked, answer)

    def _answer_turn(self, asked: Question, answer: Reply) -> None:
        """Answer where the client has to wait: what it sent already, it sent too early."""
        self._say(answer)
        if isinstance(asked, Begin | End):
            self._over()
        if isinstance(asked, Begin) and answer.accepted:
            self._decoder = DataDecoder()
        if self.pending and answer.accepted and isinstance(asked, Begin | StartTls):
            self._early("DATA" if isinstance(asked, Begin) else "STARTTLS")

    def _answer_auth(self, answer: Reply | Challenge) -> None:
        self._exchanging = isinstance(answer, Challenge)
        if isinstance(answer, Challenge):
            self._out.append(answer.encode())
        else:
            self._say(answer)
            self._at.signed_in = answer.accepted
            self._errors += not answer.accepted
            self._refusals += not answer.accepted and not answer.tempfail
        if self._refusals >= self._limits.refusals or self._errors > self._limits.errors:
            self._end(Reply(421, "4.7.0", ("too many failed sign-ins; closing",)))
        elif self.pending:
            self._early("AUTH")

    def secured(self) -> None:
        """The handshake after STARTTLS begins: what was said before it does not count."""
        self._at.secure = True
        self._at.greeted = self._at.extended = False
        self._lines.clear()
        self._over()

    def timed_out(self) -> None:
        """The client took too long: say so and close."""
        self._end(Reply(421, "4.4.2", ("you took too long; closing",)))

    def shut_down(self) -> None:
        """We stop: say so and close."""
        self._end(Reply(421, "4.3.2", ("shutting down; try again later",)))

    def fail(self, reply: Reply) -> None:
        """Say this and close."""
        self._end(reply)

    def _say(self, reply: Reply, *, utf8: bool | None = None) -> None:
        if utf8 is None:
            utf8 = self._at.mail is not None and self._at.mail.smtputf8
        self._out.append(reply.encode(utf8=utf8))

    def _end(self, reply: Reply) -> None:
        if self.closed:
            return
        self._say(reply)
        self.closed = True
        self.last_words = reply
        self._lines.clear()

    def _early(self, verb: str) -> None:
        reason = f"wait for the reply to {verb} before you go on (RFC 2920); nothing was sent"
        self._end(Reply(503, "5.5.1", (reason,)))

    def _over(self) -> None:
        self._at.mail = None
        self._at.recipients = 0
        self._decoder = None

    # Content.

    def _complete(self, decoder: DataDecoder) -> End:
        self._commands = 0
        return End(decoder.octets)

    def _content(self, decoder: DataDecoder) -> Event | None:
        most = self._at.extensions.size
        within = decoder.octets <= most
        content, rest = decoder.feed(self._lines.take())
        self._lines.feed(rest)
        if decoder.octets <= most:
            return Data(content) if content else None
        if decoder.ended:
            self._say(TOO_LARGE)
            self._over()
        return Reset(TOO_LARGE) if within else None

    # Signing in.

    def _line(self) -> bytes | None:
        """The next line; one that may be a secret is longer, and leaves nothing in the buffer."""
        if self._exchanging or (self._at.extensions.auth and self._lines.starts_with(b"AUTH ")):
            return self._lines.line(max(LINE_OCTETS, self._limits.line))
        return self._lines.line()

    def _response(self, line: bytes) -> AuthResponse | AuthAbandoned:
        try:
            return AuthResponse(read_response(line))
        except Refused as refused:
            self._exchanging = False
            self._refuse(refused)
            return AuthAbandoned()

    # Commands.

    def _command(self, line: bytes) -> Event | None:
        self._commands += 1
        if self._commands > self._limits.commands:
            self._end(Reply(421, "4.7.0", ("too many commands without a message; closing",)))
            return None
        try:
            verb, argument = words(line)
            if self.pending and (verb in LAST or not self._at.extended) and verb != "QUIT":
                self._early(verb if verb in LAST else "a command")
                return None
            act = self._verbs.get(verb)
            if act is not None:
                return act(argument)
            if verb in _SIMPLE:
                self._say(_SIMPLE[verb])
                return None
            if verb in FATAL:
                self._end(Reply(502, "5.5.1", ("not offered here; closing",)))
                return None
            raise unknown(verb)
        except Refused as refused:
            self._refuse(refused)
            return None

    def _refuse(self, refused: Refused) -> None:
        self._errors += refused.fault
        if self._errors > self._limits.errors:
            self._end(Reply(421, "4.7.0", ("too many errors; closing",)))
        else:
            self._say(refused.reply)

    def _ehlo(self, argument: str) -> Hello:
        return self._hello(argument, extended=True)

    def _helo(self, argument: str) -> Hello:
        return self._hello(argument, extended=False)

    def _hello(self, argument: str, *, extended: bool) -> Hello:
        hello = self._at.hello(argument, extended=extended)
        self._over()
        return hello

    def _welcome(self, asked: Question, extensions: Extensions) -> None:
        if not isinstance(asked, Hello):
            raise RuntimeError(f"extensions are no answer to {asked}")  # noqa: TRY004  a misuse
        self._at.greeted, self._at.extended = True, asked.extended
        self._at.extensions = replace(
            extensions,
            size=min(extensions.size, self._limits.size),
            starttls=extensions.starttls and not self._at.secure and not self._at.signed_in,
            auth=() if self._at.signed_in else extensions.auth,
        )
        keywords = self._at.extensions.keywords() if asked.extended else ()
        self._say(Reply(250, "", (self._at.hostname, *keywords)))
        if self.pending:
            self._early("EHLO")

    def _rset(self, argument: str) -> Reset | None:
        no_argument("RSET", argument)
        under_way = self._at.mail is not None
        self._over()
        self._say(_OK)
        return Reset() if under_way else None

    def _quit(self, _argument: str) -> None:
        self._end(Reply(221, "2.0.0", ("bye",)))
