"""What waits to be sent: released messages and notices, and who takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from missent.core.finding import Json


class Kind(StrEnum):
    """What a job has to send."""

    RELEASE = "release"
    ASK = "ask"
    WARN = "warn"
    TELL = "tell"
    EXPIRED = "expired"
    FAILED = "failed"
    UNCLEAR = "unclear"

    @property
    def done(self) -> str:
        """What the record of a message says when it was done."""
        return "delivered" if self is Kind.RELEASE else "told"


NOTICES = tuple(kind for kind in Kind if kind is not Kind.RELEASE)


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be sent: a released message, or a notice.

    Attributes:
        kind: what.
        rcpt_to: to whom.
        at: now, and when it is tried first.
        message: the held message that it is about, "" for none.
        recipient: its number, 0 for all.
        body: what else it says.
    """

    kind: Kind
    rcpt_to: str
    at: int
    message: str = ""
    recipient: int = 0
    body: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """A task that the store gave to one claimer.

    Attributes:
        number: its own, for good.
        task: what is to be sent.
        tries: that were made before.
    """

    number: int
    task: Task
    tries: int


@dataclass(frozen=True, slots=True)
class Claim:
    """Who takes jobs, and for how long.

    Attributes:
        claimer: a name that no other process has.
        at: now; what is due by then is taken.
        until: when others may take them.
    """

    claimer: str
    at: int
    until: int


class Laid(NamedTuple):
    """What became of a message that was laid into the store.

    Attributes:
        name: its own, or that of the same message that was there.
        job: to ask its sender, claimed by who laid it there; None where it was not claimed.
    """

    name: str
    job: Job | None = None
