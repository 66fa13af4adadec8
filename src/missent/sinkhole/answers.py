"""What the person who wrote is told, as octets around the local part, which is never copied.

A refusal is `before + local + between + local + after`: three constants of the typed domain, and
twice the piece of the receive buffer in which the local part stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from missent.core.address import Domain
from missent.core.errors import AddressError
from missent.sinkhole.mapping import find

if TYPE_CHECKING:
    from missent.sinkhole.mapping import Lookalike, Target

REPLY_OCTETS = 512  # RFC 5321 4.5.3.1.5, with the code and CR LF
LOCAL_OCTETS = 64  # RFC 5321 4.5.3.1.1
_REMEMBERED = 20_000  # answers; a sender can make up names without end

_FOREIGN = b"550 5.7.1 no mail is taken for this domain; your message was not received\r\n"
_NOT_RECEIVED = "Your message was not received; nobody has read it."


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The refusal of every address at one domain.

    Attributes:
        target: the pair of names that it is about; None where the domain is none of ours.
        before: what goes before the local part; all of the reply where `target` is None.
        between: what goes between the two places where it stands; b"" where it stands once.
        after: the rest, with CR LF.
    """

    target: Target | None
    before: bytes
    between: bytes = b""
    after: bytes = b""


class Answers:
    """Finds the answer for a domain as it stands in the command, and remembers it.

    Args:
        lookalikes: the pairs of names.
    """

    def __init__(self, lookalikes: tuple[Lookalike, ...]) -> None:
        self._lookalikes = lookalikes
        self._known: dict[bytes, Answer] = {}

    def __call__(self, written: bytes) -> Answer:
        """The answer to a recipient at this domain."""
        answer = self._known.get(written)
        if answer is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            answer = self._known[written] = self._make(written)
        return answer

    def _make(self, written: bytes) -> Answer:
        try:
            name = Domain.parse(written.decode("utf-8")).name
        except (AddressError, UnicodeDecodeError):
            return Answer(None, _FOREIGN)
        target = find(self._lookalikes, name)
        return Answer(None, _FOREIGN) if target is None else refusal(target)


def refusal(target: Target) -> Answer:
    """Put the text together: the meant address first, for a bounce shows the beginning best."""
    note = f": {target.lookalike.note}." if target.lookalike.note else "."
    before = b"550 5.1.2 did you mean <"
    between = f"@{target.meant}>? There is no <".encode("ascii")
    after = f"@{target.typed}>{note} {_NOT_RECEIVED}\r\n".encode("ascii")
    longest = len(before) + len(between) + len(after) + 2 * LOCAL_OCTETS
    if longest <= REPLY_OCTETS:
        return Answer(target, before, between, after)
    return Answer(target, before, b"", f"@{target.meant}>? {_NOT_RECEIVED}\r\n".encode("ascii"))
