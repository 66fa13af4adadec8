"""What a notice says, before it is text or HTML."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from missent.core.address import Address
from missent.hold.machine import Choice, State
from missent.hold.tokens import Token

if TYPE_CHECKING:
    from missent.hold.held import Held, HeldRecipient
    from missent.hold.keys import Keys

SUGGESTIONS = 3
LISTED = 20  # recipients in one notice


@dataclass(frozen=True, slots=True)
class Marked:
    """An address, and which of its characters are not in the other one."""

    text: str
    marks: tuple[bool, ...]

    @property
    def carets(self) -> str:
        """A line of marks to stand under it, "" where nothing is marked."""
        return "".join("^" if mark else " " for mark in self.marks).rstrip()


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that the sender can choose.

    Attributes:
        choice: what.
        label: in words.
        token: lets the sender choose it.
    """

    choice: Choice
    label: str
    token: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about one recipient."""

    typed: Marked
    meant: Marked | None
    reasons: tuple[str, ...]
    review: bool
    options: tuple[Option, ...]


def questions(held: Held, keys: Keys) -> tuple[Question, ...]:
    """What is asked about the recipients of a message that still wait."""
    waiting = [one for one in held.recipients if one.state is State.HELD]
    return tuple(_question(held, one, keys) for one in waiting[:LISTED])


def _question(held: Held, one: HeldRecipient, keys: Keys) -> Question:
    suspect = one.suspect
    meant = suspect.meant[0] if suspect.meant else None
    typed, other = marked(shown(suspect.address), shown(meant) if meant else None)
    return Question(
        typed,
        other,
        tuple(f"{reason.summary} [{reason.code}]" for reason in suspect.reasons[:3]),
        suspect.review,
        tuple(options(held, one, keys)),
    )


def options(held: Held, one: HeldRecipient, keys: Keys) -> list[Option]:
    """What its sender may choose about a recipient."""

    def option(choice: Choice, label: str, meant: int = 0) -> Option:
        token = Token(held.name, held.expires, choice, one.number, meant)
        return Option(choice, label, token.write(keys))

    found = [
        option(Choice.INSTEAD, f"Send it to {shown(address)} instead", number)
        for number, address in enumerate(one.suspect.meant[:SUGGESTIONS])
    ]
    if not one.suspect.review:
        found.append(option(Choice.SEND, "The address is right: send it"))
    found.append(option(Choice.DISCARD, "Do not send it"))
    return found


def marked(typed: str, meant: str | None) -> tuple[Marked, Marked | None]:
    """Two addresses, with what is not the same in both."""
    if meant is None:
        return Marked(typed, (False,) * len(typed)), None
    one, other = [False] * len(typed), [False] * len(meant)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, typed, meant, autojunk=False).get_opcodes():
        if tag != "equal":
            one[i1:i2] = [True] * (i2 - i1)
            other[j1:j2] = [True] * (j2 - j1)
    return Marked(typed, tuple(one)), Marked(meant, tuple(other))


def shown(address: str) -> str:
    """An address as people read it: its domain in U-labels, nothing that a screen acts on."""
    parsed = Address.parse(address, lenient=True)
    text = f"{str(parsed).rpartition('@')[0]}@{parsed.domain.unicode}"
    return "".join(c if c.isprintable() else "?" for c in text)


def coded(text: str) -> list[tuple[str, bool]]:
    """A text cut at its backticks, each piece with whether it stood between two of them."""
    pieces = text.split("`")
    last = len(pieces) - 1
    return [(piece, bool(n % 2) and n < last) for n, piece in enumerate(pieces) if piece]


def moment(at: int) -> str:
    """A moment for people of all zones: `Friday 27 November 2026, 14:05 UTC`."""
    return datetime.fromtimestamp(at, UTC).strftime("%A %d %B %Y, %H:%M UTC")
