"""What is learned of who writes to whom, as a store takes it and as it gives it back.

Addresses are `Address.key`, moments whole seconds since the epoch. The sender "" stands for mail
whose sender is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Delta(NamedTuple):
    """What one event adds to what is known of a pair.

    Attributes:
        sender: the sender's side of the pair.
        address: the address that was written to, or that wrote.
        at: when it happened; for `sent` it becomes the pair's first or last use.
        sent: messages from the sender to the address.
        received: messages from the address to the sender.
        bounced: messages to the address that came back as undeliverable.
        confirmed: the sender said that the address is right.
    """

    sender: str
    address: str
    at: int
    sent: int = 0
    received: int = 0
    bounced: int = 0
    confirmed: bool = False


class Lesson(NamedTuple):
    """Something learned, counted once.

    Attributes:
        deltas: what it adds.
        once: names the event, such as a Message-ID and a recipient; a second lesson of the same
            name adds nothing, in this process or another, today or after years. "" counts always.
    """

    deltas: tuple[Delta, ...]
    once: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A slip that its sender confirmed: this was typed, that was meant."""

    sender: str
    typed: str
    meant: str
    at: int


class Contact(NamedTuple):
    """One row: what is known of a pair. The address is split at its last "@"."""

    domain: str
    local: str
    sender: str
    sent: int
    first: int
    last: int
    received: int
    bounced: int
    confirmed: bool


class Written(NamedTuple):
    """What a write did.

    Attributes:
        new: how many of the lessons were never counted before.
        change: the `Head.change` that the rows bear.
    """

    new: int
    change: int


class Head(NamedTuple):
    """Where the store stands, to learn cheaply whether anything is new.

    Attributes:
        change: counts the transactions that changed what is known; later ones are larger.
        generation: changes when something was taken away: what was read before is then stale.
        exceptions: the value of `change` when the exceptions were last changed.
    """

    change: int
    generation: int
    exceptions: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new since some value of `Head.change`.

    Attributes:
        head: where the store stands now.
        contacts: every pair that changed, with all that is known of it (not the difference).
        corrections: every correction that is new.
    """

    head: Head
    contacts: Sequence[Contact] = ()
    corrections: Sequence[Correction] = ()
