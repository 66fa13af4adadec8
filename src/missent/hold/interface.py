"""What every store of held messages does, and the values that go in and out.

Addresses are as they were given (a local part may know capitals), moments whole seconds since the
epoch. A message's name is 16 hexadecimal digits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from missent.core.finding import Json
    from missent.hold.machine import Choice, Refused, State, Way


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


Place = tuple[int, str]
"""When a message was held, and its name: they are listed in that order."""
NOTICES = tuple(kind for kind in Kind if kind is not Kind.RELEASE)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a recipient is held or warned about, in words for its sender.

    Attributes:
        code: of the check.
        summary: what it saw.
    """

    code: str
    summary: str


@dataclass(frozen=True, slots=True)
class Suspect:
    """A recipient in question.

    Attributes:
        address: the recipient.
        meant: the addresses that were probably meant, best first.
        reasons: why.
        review: a reviewer must let it go.
    """

    address: str
    meant: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    review: bool = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """What must be known of a message to hand it on.

    Attributes:
        mail_from: the reverse-path, and who is asked.
        eight_bit: BODY=8BITMIME.
        smtputf8: SMTPUTF8.
        message_id: the Message-ID without angle brackets, or "".
    """

    mail_from: str
    eight_bit: bool = False
    smtputf8: bool = False
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A message as it is laid into the store.

    Attributes:
        envelope: its own.
        suspects: the recipients that are held.
        sealed: its content, encrypted.
        subject: its subject, encrypted.
        octets: of the content.
        mark: equal for the same message sent again; "" where that cannot be told.
        at: now.
        expires: when it is given up.
        name: chosen by who sealed it.
    """

    name: str
    envelope: Envelope
    suspects: tuple[Suspect, ...]
    sealed: bytes = field(repr=False)
    subject: bytes = field(repr=False)
    octets: int
    mark: str
    at: int
    expires: int


@dataclass(frozen=True, slots=True)
class HeldRecipient:
    """A recipient of a held message.

    Attributes:
        number: from 1, within the message.
        suspect: who, and why.
        state: where it stands.
        sent_to: where the message goes or went, once it was released or redirected.
        result: "delivered" or "failed", once that is known.
    """

    number: int
    suspect: Suspect
    state: State
    sent_to: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A held message, without its content."""

    name: str
    envelope: Envelope
    at: int
    expires: int
    octets: int
    subject: bytes = field(repr=False)
    recipients: tuple[HeldRecipient, ...]

    @property
    def place(self) -> Place:
        """Where it stands among all messages."""
        return self.at, self.name


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a message's record, never changed.

    Attributes:
        recipient: its number.
        at: when.
        what: a state, "delivered", "failed", "told" or "not told".
        who: who did it.
        way: how it reached us.
        why: in words.
    """

    recipient: int
    at: int
    what: str
    who: str
    way: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Pick:
    """A choice about one recipient.

    Attributes:
        message: the held message's name.
        recipient: its number.
        choice: what is to be done.
        way: how the choice reached us.
        who: who chose.
        at: now.
        meant: where to, for `Choice.INSTEAD`.
        why: in words, for the record.
    """

    message: str
    recipient: int
    choice: Choice
    way: Way
    who: str
    at: int
    meant: str = ""
    why: str = ""


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


class HoldStore(Protocol):
    """Keeps held messages and what waits to be sent. Methods raise `StoreError` when it fails.

    Users may be many processes on many hosts; each call is one transaction, durable on return.
    tests/contract/test_hold.py is the contract that every store must keep.
    """

    async def keep(self, record: Record, claim: Claim | None = None) -> Laid:
        """Keep a message and the task to ask its sender, claimed at once where one says so.

        Where the same message of the same sender to the same recipients is held already, or was
        sent since, that one's name is returned and nothing is added: its sender's system sent it
        again because it did not hear our answer. After a discard it is a new one.
        """

    async def drop(self, name: str) -> bool:
        """Take a message back that nobody was asked about yet; whether that was so."""

    async def message(self, name: str) -> Held | None:
        """A held message, also when it is no longer; None for an unknown name."""

    async def sealed(self, name: str) -> bytes | None:
        """Its encrypted content; None where it was thrown away, as nobody needs it any more."""

    async def messages(
        self, *, every: bool = False, after: Place | None = None, limit: int = 1000
    ) -> Sequence[Held]:
        """Messages with a recipient that is held (or all), the oldest first.

        Args:
            every: also those that were decided about.
            after: `Held.place` of the last one of the page before, which may be gone.
            limit: how many at most.
        """

    async def waiting(self) -> int:
        """How many messages have a recipient that is held."""

    async def naming(self, key: str) -> Sequence[Held]:
        """Messages whose sender, recipient, target or suggestion is an address (`Address.key`)."""

    async def forget(self, key: str) -> tuple[int, int]:
        """Take away the record of such messages: how many; and how many are under way, and stay."""

    async def steps(self, name: str) -> Sequence[Step]:
        """The record of a message, in order."""

    async def record(self, name: str, step: Step) -> None:
        """Add to the record of a message."""

    async def kept_since(self, sender: str, at: int) -> int:
        """How many messages of a sender were kept since then."""

    async def choose(self, pick: Pick) -> State | Refused | None:
        """Carry out a choice: the new state, or why not; None where there is no such recipient.

        What is released gets a task, and what its sender said of the address is remembered, in
        the same transaction.
        """

    async def expire(self, at: int, who: str) -> int:
        """Expire what is due, with a task to tell each sender; return how many recipients."""

    async def enqueue(self, task: Task) -> None:
        """Keep a task."""

    async def claim(self, kinds: Sequence[Kind], claim: Claim, limit: int) -> Sequence[Job]:
        """Take jobs that are due and that nobody has."""

    async def renew(self, numbers: Sequence[int], claimer: str, until: int) -> int:
        """Keep jobs for longer; how many of them were still the claimer's."""

    async def done(self, job: Job, claimer: str, step: Step) -> bool:
        """End a job, and record how it went; False where it is no longer ours."""

    async def failed(self, job: Job, claimer: str, step: Step, then: Task | None) -> bool:
        """End a job that failed for good, with a task to tell of it; False likewise."""

    async def later(self, job: Job, claimer: str, at: int) -> bool:
        """Give a job back, to be tried again then; False likewise."""

    async def due(self) -> int | None:
        """When the next job is due; None where there is none."""

    async def tidy(self, before: int) -> int:
        """Take away what was decided and done with before that moment; return how many."""
