"""One connection of an MTA, sans-I/O: commands in; replies, questions and reports out.

The session knows the envelope and the order of things. It decides nothing: a recipient to be
looked at is a `Question`, and the conversation stands still until `settle` brings the outcomes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from missent.core.errors import ProtocolError
from missent.core.message import Message, Recipient
from missent.gates.disposition import Outcome
from missent.gates.keeper import Kept
from missent.gates.milter import commands, replies
from missent.gates.milter.client import Client
from missent.gates.milter.copy import Copy
from missent.gates.milter.events import Event, Finished, Passed, Question
from missent.gates.milter.negotiate import negotiate
from missent.gates.milter.passage import Passage, address_of
from missent.smtp.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from missent.gates.disposition import Disposition
    from missent.gates.milter.negotiate import Agreement
    from missent.gates.ours import Ours

_NOTHING: tuple[Event, ...] = ()
_CONTINUE: tuple[Event, ...] = (replies.Continue(),)
_NOT_OURS: tuple[Event, ...] = (replies.Accept(), Passed())
_SKIP: tuple[Event, ...] = (replies.Skip(),)
_TOO_LARGE = Reply(552, "5.3.4", ("too large to be held for a recipient; nothing was sent",))
_QUARANTINE = replies.Quarantine("missent: held, see its log")


class Session:
    """The state of one connection. `hear` takes a command, `settle` the answer to a question."""

    def __init__(self, ours: Ours, *, header: bool = True, keeps: int = 0) -> None:
        """Start before the negotiation.

        Args:
            ours: whose mail is looked at.
            header: whether the header is wanted; without it fewer packets come.
            keeps: the largest message that can be kept, in octets; 0 where none is.
        """
        self._keeps = keeps
        self._ours = ours
        self._wants_header = header
        self._agreed: Agreement | None = None
        self._client = Client()
        self._passage: Passage | None = None
        self._passing = False  # a message that is not ours, before that could be said
        self._asked: Question | Kept | None = None

    @property
    def unread(self) -> frozenset[bytes]:
        """How packets begin that need not be read."""
        if self._agreed is None:
            return frozenset()
        keeping = self._passage is not None and self._passage.copy is not None
        return self._agreed.unread_of_kept if keeping else self._agreed.unread

    def hear(self, command: commands.Command) -> tuple[Event, ...]:
        """Take a command.

        Returns:
            What follows, in order; a `Question` comes last, and must be settled before the next
            command is heard.

        Raises:
            ProtocolError: the command cannot come at this place.
        """
        if self._asked is not None:
            raise ProtocolError("a command before the answer to the last one")
        kind = type(command)
        if self._agreed is None and kind is not commands.Negotiate:
            raise ProtocolError("a milter conversation starts with a negotiation")
        handler = self._HANDLERS.get(kind)
        return self._say_continue(kind) if handler is None else handler(self, command)

    def settle(self, dispositions: Sequence[Disposition]) -> tuple[Event, ...]:
        """Take the answer to the question: one for each of its recipients, in order."""
        question, self._asked = self._asked, None
        passage = self._passage
        if (
            not isinstance(question, Question)
            or passage is None
            or len(dispositions) != len(question.message.recipients)
        ):
            raise ProtocolError("an answer that does not fit the question")
        passage.decide(dispositions)
        said = next((d.reply for d in dispositions if d.reply is not None), None)
        refusal = None if said is None else reply_code(said, utf8=question.smtputf8)
        if question.by_smtp:
            if refusal is not None:
                return (refusal,)
            if dispositions[0].outcome is Outcome.KEPT and passage.copy is None:
                passage.copy = self._copy()
            passage.take(question.message.recipients)
            return _CONTINUE
        if refusal is None:
            return self._keep(passage)
        # By now it is too late to refuse one recipient: the message is refused to them all.
        return (refusal, self._finish(passage, queued=False))

    def kept(self, name: str, refusal: Reply | None = None) -> tuple[Event, ...]:
        """Take the answer to `Kept`: the name under which it is kept, or what the MTA is told."""
        asked, self._asked = self._asked, None
        passage = self._passage
        if not isinstance(asked, Kept) or passage is None:
            raise ProtocolError("an answer without a question")
        if refusal is not None:
            passage.refuse_kept(refusal)
            said = reply_code(refusal, utf8=passage.smtputf8)
            return (said, self._finish(passage, queued=False))
        if not passage.going and not passage.strangers:
            return (replies.Discard(), self._finish(passage, queued=False, kept=name))
        paths = dict.fromkeys(passage.path_of[d.address.key] for d in asked.dispositions)
        deleted = [replies.DeleteRecipient(path) for path in paths]
        return (*deleted, *self._send(passage, name))

    def lost(self) -> tuple[Finished, ...]:
        """The connection is gone, perhaps in the middle of something: that was not sent."""
        self._asked = None
        return self._end_unsent()

    # -- the commands ---------------------------------------------------------------------------

    def _negotiate(self, command: commands.Negotiate) -> tuple[Event, ...]:
        ended = self._end_unsent()
        self._agreed = negotiate(command, header=self._wants_header, keeps=self._keeps > 0)
        self._client = Client()
        return (*ended, self._agreed.reply)

    def _macros(self, command: commands.Macros) -> tuple[Event, ...]:
        self._client.hear(command)
        return _NOTHING

    def _connect(self, command: commands.Connect) -> tuple[Event, ...]:
        self._client.connect(command, self._ours)
        return self._say_continue(commands.Connect)

    def _mail(self, command: commands.Mail) -> tuple[Event, ...]:
        ended = self._end_unsent()
        mail_from = address_of(command.path)
        self._passing = not self._client.begins(mail_from, self._ours)
        if self._passing:
            # Where nothing may be said here, it is said to the first recipient.
            return ended if self._is_silent(commands.Mail) else (*ended, *self._pass())
        said = {parameter.upper() for parameter in command.parameters}
        self._passage = Passage(mail_from, "SMTPUTF8" in said, "BODY=8BITMIME" in said)
        if not self._client.by_smtp and self._can_keep:
            # Who its recipients are is asked at its end, when all of it went by.
            self._passage.copy = self._copy()
        return (*ended, *self._say_continue(commands.Mail))

    def _pass(self) -> tuple[Event, ...]:
        self._passing = False
        return _NOT_OURS

    def _rcpt(self, command: commands.Rcpt) -> tuple[Event, ...]:
        if self._passing:
            return self._pass()
        passage = self._passage
        if passage is None:
            raise ProtocolError("RCPT outside a message")
        address = address_of(command.path)
        if address is None:
            # The MTA knows better what a name without a domain means; it is nobody elsewhere.
            passage.strangers += 1
            return _CONTINUE
        recipient = Recipient(address)
        if self._can_keep:
            passage.write_to(address, command.path)
        if self._client.by_smtp:
            return self._ask(passage, (recipient,))
        passage.leave(recipient)
        return _CONTINUE

    def _header(self, command: commands.Header) -> tuple[Event, ...]:
        if self._passage is not None:
            self._passage.read_field(command.name, command.value)
        return self._say_continue(commands.Header)

    def _body(self, command: commands.Body) -> tuple[Event, ...]:
        if self._passage is not None and self._passage.copy is not None:
            self._passage.copy.body(command.chunk)
            return self._say_continue(commands.Body)
        if self._agreed is not None and self._agreed.can_skip:
            return _SKIP
        return self._say_continue(commands.Body)

    def _end_of_message(self, command: commands.EndOfMessage) -> tuple[Event, ...]:
        passage = self._passage
        if passage is None:
            raise ProtocolError("the end of a message that did not begin")
        if passage.copy is not None and command.chunk:
            passage.copy.body(command.chunk)
        if passage.undecided:
            return self._ask(passage, tuple(passage.undecided))
        return self._keep(passage)

    def _abort(self, _: commands.Command) -> tuple[Event, ...]:
        return self._end_unsent()

    def _quit_for_next(self, _: commands.QuitForNext) -> tuple[Event, ...]:
        self._client = Client()
        return self._end_unsent()

    # -- what they share ------------------------------------------------------------------------

    def _say_continue(self, kind: type) -> tuple[Event, ...]:
        return _NOTHING if self._is_silent(kind) else _CONTINUE

    def _is_silent(self, kind: type) -> bool:
        return self._agreed is not None and kind in self._agreed.silent

    def _ask(self, passage: Passage, recipients: tuple[Recipient, ...]) -> tuple[Event, ...]:
        message = Message(passage.mail_from, recipients, beside=passage.taken)
        can_hold = self._agreed is not None and self._agreed.can_hold
        by_smtp, can_keep = self._client.by_smtp, self._can_keep
        question = Question(message, passage.smtputf8, can_hold, by_smtp, can_keep)
        self._asked = question
        return (question,)

    @property
    def _can_keep(self) -> bool:
        return self._keeps > 0 and self._agreed is not None and self._agreed.can_keep

    def _copy(self) -> Copy:
        return Copy(self._keeps, spaced=self._agreed is not None and self._agreed.spaced)

    def _keep(self, passage: Passage) -> tuple[Event, ...]:
        """Ask for the message to be kept, where it is for some; otherwise send it on."""
        kept, copy = passage.kept, passage.copy
        if not kept or copy is None:
            return self._send(passage)
        keep = Kept(passage.mail_from, kept, copy.content(), passage.eight_bit, passage.smtputf8)
        self._asked = keep
        return self.kept("", _TOO_LARGE) if not copy.whole else (keep,)

    def _send(self, passage: Passage, kept: str = "") -> tuple[Event, ...]:
        finished = self._finish(passage, queued=True, kept=kept)
        if finished.held:
            return (_QUARANTINE, replies.Continue(), finished)
        return (replies.Continue(), finished)

    def _end_unsent(self) -> tuple[Finished, ...]:
        passage, self._passing = self._passage, False
        if passage is not None and passage.dispositions:
            return (self._finish(passage, queued=False),)
        self._passage = None
        return ()

    def _finish(self, passage: Passage, *, queued: bool, kept: str = "") -> Finished:
        self._passage = None
        queue_id, self._client.queue_id = self._client.queue_id, ""
        return passage.finished(queue_id, queued=queued, kept=kept)

    _HANDLERS: ClassVar[dict[type, Callable[[Session, Any], tuple[Event, ...]]]] = {
        commands.Negotiate: _negotiate,
        commands.Macros: _macros,
        commands.Connect: _connect,
        commands.Mail: _mail,
        commands.Rcpt: _rcpt,
        commands.Header: _header,
        commands.Body: _body,
        commands.EndOfMessage: _end_of_message,
        commands.Abort: _abort,
        commands.Quit: _abort,
        commands.QuitForNext: _quit_for_next,
    }


def reply_code(reply: Reply, *, utf8: bool) -> replies.ReplyCode:
    """Say to a milter's MTA what an SMTP server would say itself: in ASCII unless `utf8`."""
    start = 4 + (len(reply.enhanced) + 1 if reply.enhanced else 0)
    lines = reply.encode(utf8=utf8).decode().splitlines()
    texts = tuple(line[start:] for line in lines)
    return replies.ReplyCode(reply.code, reply.enhanced, texts, utf8=utf8)
