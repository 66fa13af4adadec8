r"""Written-out SMTP dialogues: what a client says, and what it must hear.

    C: EHLO client.example
    S: 250-relay.example
    S: 250 PIPELINING
    R: DATA\r\n.\r\n
    -- closed

`C:` is a line of the client's, `R:` raw octets with Python's escapes, `S:` a line of the server's,
`-- closed` the end. What the client says without an `S:` in between, it says at once.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from missent.smtp.events import (
    Auth,
    AuthAbandoned,
    AuthResponse,
    Begin,
    Data,
    End,
    Extensions,
    Hello,
    Mail,
    Rcpt,
    Reset,
)
from missent.smtp.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from missent.smtp.events import Answer, Event
    from missent.smtp.replies import Challenge
    from missent.smtp.session import Session

# What one server reads as the end of a message and another does not: nothing after it may be read
# as a command by anybody.
SMUGGLING = (
    b"\n.\n",
    b"\n.\r\n",
    b"\r.\r",
    b"\r.\r\n",
    b"\r\n.\n",
    b"\r\n.\r",
    b"\r\n\n.\r\n",
    b"\n\r.\r\n",
    b"\r\r\n.\r\r\n",
    b"\r\n.\r\r\n",
    b"\x00\r\n\r.\r\n",
    b"\n.\r",
    b"\r.\n",
    b"\r\n.\x00\n",
)

_CLOSED = "-- closed"
_GO_ON = Reply(354, "", ("go on",))
_TAKEN = Reply(250, "2.0.0", ("taken",))
_WELCOME = Reply(235, "2.7.0", ("welcome",))


class Answers:
    """Answers a session's questions with yes, and keeps the events.

    Args:
        extensions: what is offered at EHLO.
        refuse: recipients, as text, and what they are refused with.
        begin: the answer to DATA.
        end: the answer to the end of a message.
        auth: the answers to AUTH and to each response, in their order; then 235.
    """

    def __init__(
        self,
        extensions: Extensions | None = None,
        *,
        refuse: dict[str, Reply] | None = None,
        begin: Reply = _GO_ON,
        end: Reply = _TAKEN,
        auth: Sequence[Reply | Challenge] = (),
    ) -> None:
        self.extensions = extensions or Extensions()
        self.refuse = refuse or {}
        self.begin = begin
        self.end = end
        self.auth = list(auth)
        self.events: list[Event] = []

    def __call__(self, event: Event) -> Answer | None:
        """Answer one event."""
        self.events.append(event)
        answer: Answer | None = None
        match event:
            case Hello():
                answer = self.extensions
            case Mail():
                answer = Reply(250, "2.1.0", ("sender ok",))
            case Rcpt():
                answer = self.refuse.get(str(event.address), Reply(250, "2.1.5", ("ok",)))
            case Begin():
                answer = self.begin
            case End():
                answer = self.end
            case Auth() | AuthResponse():
                answer = self.auth.pop(0) if self.auth else _WELCOME
            case Data() | Reset() | AuthAbandoned():
                pass
            case _:
                answer = Reply(220, "2.0.0", ("go ahead",))
        return answer

    @property
    def messages(self) -> list[bytes]:
        """The content of every message that came to its end."""
        messages: list[bytes] = []
        content = b""
        for event in self.events:
            if isinstance(event, Data):
                content += event.content
            elif isinstance(event, End):
                messages.append(content)
                content = b""
            elif isinstance(event, Reset):
                content = b""
        return messages


def perform(
    session: Session,
    script: str,
    answer: Callable[[Event], Answer | None],
    *,
    step: int = 0,
) -> str:
    """Play the client's part, and write down what was really said.

    Args:
        session: new, and greeted by this.
        script: the dialogue; the `S:` lines only say where the client waits.
        answer: the handler.
        step: how many octets are fed at a time; 0 for all that the client says at once.

    Returns:
        The dialogue in the same form: equal to `tidy(script)` when all is well.
    """
    session.greet()
    said = _replies(session)
    octets = b""
    for line in [*tidy(script).splitlines(), "S: "]:
        who, text = line[:2], line[3:]
        if who == "C:":
            octets += text.encode() + b"\r\n"
            said.append(line)
        elif who == "R:":
            octets += ast.literal_eval(f"b'{text}'")
            said.append(line)
        elif octets:
            size = step or len(octets)
            for start in range(0, len(octets), size):
                session.receive(octets[start : start + size])
                _pump(session, answer)
            octets = b""
            said += _replies(session)
    return "\n".join(said)


def tidy(script: str) -> str:
    """The script without indentation and blank lines."""
    return "\n".join(line.strip() for line in script.splitlines() if line.strip())


def _pump(session: Session, answer: Callable[[Event], Answer | None]) -> None:
    while (event := session.next_event()) is not None:
        given = answer(event)
        if given is not None:
            session.answer(given)


def _replies(session: Session) -> list[str]:
    lines = [f"S: {line}".rstrip() for line in session.take().decode().split("\r\n")[:-1]]
    return [*lines, _CLOSED] if session.closed and lines else lines
