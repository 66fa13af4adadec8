"""What every store of the memory does, and the values that go in and out.

Addresses are `Address.key`, domains `Domain.name`, moments whole seconds since the epoch. The
sender "" stands for mail whose sender is not known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Collection, Mapping, Sequence

    from missent.core.facts import DomainFacts
    from missent.core.finding import Json
    from missent.core.pattern import Pattern
    from missent.core.permission import Permission


DAY = 86_400  # seconds


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


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person said of a decision afterwards.

    Attributes:
        right: whether it was rightly made.
        by: who said so.
        at: when.
    """

    right: bool
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one recipient, for the record. No subject and no text is kept.

    Attributes:
        at: when.
        sender: the address in `mail_from`, "" for the null sender.
        recipient: the address in `rcpt_to`.
        action: what the policy asked for: allow, warn, hold or block.
        codes: the codes of the findings.
        probability: the strongest finding's.
        did_you_mean: the addresses that were offered, best first.
        disposition: what the gate did.
        message_id: the Message-ID without angle brackets, or "".
        enforced: False in monitor mode, where the action was recorded only.
        findings: every finding with its evidence, as `report.as_json.kept` writes it; without the
            evidence where that is very long.
        judgement: what a person said of it; a store keeps what `judge` is given, not this.
    """

    at: int
    sender: str
    recipient: str
    action: str
    codes: tuple[str, ...] = ()
    probability: float = 0.0
    did_you_mean: tuple[str, ...] = ()
    disposition: str = ""
    message_id: str = ""
    enforced: bool = False
    findings: tuple[Mapping[str, Json], ...] = ()
    judgement: Judgement | None = None


CONFIRMED = "confirmed"
"""How the disposition of a prompt begins whose sender sent the message again."""
ASKED = ("refused", "held", "kept")
"""How that of a prompt begins which stopped a message until somebody decides."""


@dataclass(frozen=True, slots=True)
class Overridden:
    """A prompt that was put aside: somebody let the message go as it was written.

    Attributes:
        at: when.
        recipient: the address.
        codes: of the findings.
        meant: the address that was offered first, or "".
    """

    at: int
    recipient: str
    codes: tuple[str, ...]
    meant: str = ""


class Counted(NamedTuple):
    """How often there was something to ask.

    Attributes:
        prompts: decisions other than `allow`, those of monitor mode and warnings too.
        asked: those that stopped a message; a second sending counts again.
        overridden: how often a sender sent it again, or somebody released it as it was written.
    """

    prompts: int = 0
    asked: int = 0
    overridden: int = 0

    @property
    def averted(self) -> int:
        """Messages that were stopped and not sent after all."""
        return max(self.asked - self.overridden, 0)


@dataclass(frozen=True, slots=True)
class Day:
    """What was counted on one day.

    Attributes:
        day: since the epoch, in UTC.
        messages: that were decided.
        recipients: by action, `allow` and `undecided` among them.
        codes: by the code of a check; a prompt counts for each of its codes.
    """

    day: int
    messages: int = 0
    recipients: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, Counted] = field(default_factory=dict)


class Slip(NamedTuple):
    """A domain that was typed for another one (or for itself, where the mailbox was wrong)."""

    typed: str
    meant: str
    counted: Counted


@dataclass(frozen=True, slots=True)
class Sought:
    """Which decisions are asked for: those that fit all that is given.

    Attributes:
        since: from this moment on.
        until: before this moment; None for no end.
        sender: of these senders.
        recipient: about these recipients.
        code: with a finding of this code.
        action: that asked for this.
        text: this stands in the sender or the recipient, upper or lower case.
        judgement: "right", "wrong", "none" (not judged) or "" (any).
    """

    since: int = 0
    until: int | None = None
    sender: Pattern | None = None
    recipient: Pattern | None = None
    code: str = ""
    action: str = ""
    text: str = ""
    judgement: str = ""


EVERY_DECISION = Sought()


class Page(NamedTuple):
    """Some decisions, the newest first.

    Attributes:
        rows: each with its number.
        next: the number to go on before, None at the end. A page may be short of the limit, or
            empty, before the end is reached: a store looks at so many rows at a time.
        until: how far it was looked back, in seconds since the epoch; 0 at the end.
    """

    rows: Sequence[tuple[int, Decision]]
    next: int | None = None
    until: int = 0


Tally: TypeAlias = "Mapping[tuple[int, str], int]"
"""How many there were, by day (since the epoch, in UTC) and kind: `messages`, and recipients by
their action, those as well whose decision is not kept because there was nothing to ask."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What is written in one transaction: all of it or nothing."""

    lessons: Sequence[Lesson] = ()
    corrections: Sequence[Correction] = ()
    decisions: Sequence[Decision] = ()
    tally: Tally = field(default_factory=dict)
    overridden: Sequence[Overridden] = ()

    def __bool__(self) -> bool:
        return bool(
            self.lessons or self.corrections or self.decisions or self.tally or self.overridden
        )


@dataclass(frozen=True, slots=True)
class StoredException:
    """An exception of the organisation, as the store keeps it."""

    number: int
    permission: Permission
    created: int


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


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows of each kind were taken away."""

    rows: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.rows.values())


class Store(Protocol):
    """Keeps what was learned. Every method raises `StoreError` when the store cannot be had.

    Writers may be many processes; each call is one transaction, and a reader sees all of it or
    nothing. tests/contract/test_store.py is the contract that every store must keep.
    """

    async def head(self) -> Head:
        """Where the store stands."""

    def stale(self) -> bool | None:
        """Whether somebody wrote since the last `changes`: others, and perhaps we ourselves.

        It costs microseconds and never waits. None where it cannot be told now.
        """

    async def write(self, batch: Batch) -> Written:
        """Write durably."""

    def contacts(self) -> AsyncGenerator[Sequence[Contact]]:
        """All contacts in batches, ordered by domain, local part and sender (by code point)."""

    async def look_up(
        self,
        *,
        domain: str = "",
        local: str | None = None,
        sender: str | None = None,
        after: tuple[str, str, str] | None = None,
        limit: int = 100,
    ) -> Sequence[Contact]:
        """Contacts that fit all that is given, in the order of `contacts`.

        Args:
            domain: addresses of this domain.
            local: with this local part; of use with a domain.
            sender: of this sender.
            after: domain, local part and sender of the last one known.
            limit: how many at most.
        """

    async def corrections(self) -> Sequence[Correction]:
        """All corrections, the oldest first."""

    async def changes(self, since: int) -> Changes:
        """What is new since a `Head.change`; of use only while the generation is the same."""

    async def decisions(
        self, *, after: int = 0, limit: int = 1000, sought: Sought = EVERY_DECISION
    ) -> Sequence[tuple[int, Decision]]:
        """Decisions with their numbers, those above `after`, in the order they were recorded."""

    async def latest(
        self, *, before: int | None = None, limit: int = 50, sought: Sought = EVERY_DECISION
    ) -> Page:
        """Decisions, the newest first by their moment, those that come after number `before`."""

    async def decision(self, number: int) -> Decision | None:
        """One decision; None where there is none of that number."""

    async def judge(self, number: int, judgement: Judgement | None) -> bool:
        """Keep what a person says of a decision, or take it back; False where there is none."""

    async def days(self, since: int, until: int) -> Sequence[Day]:
        """The days from one to before another, as days since the epoch, that have a count."""

    async def slips(self, since: int, until: int, limit: int = 20) -> Sequence[Slip]:
        """What was typed for what on these days, those first that were most often averted."""

    async def tally(self, since: int, until: int) -> Tally:
        """What was counted on the days from one to before another, as days since the epoch."""

    async def allow(self, permission: Permission, at: int) -> int:
        """Add an exception, and return its number."""

    async def revoke(self, number: int) -> bool:
        """Take an exception away; False where there is none of that number."""

    async def exceptions(self) -> Sequence[StoredException]:
        """All exceptions, those that have expired as well, the oldest first."""

    async def attempted(
        self, purpose: str, sender: str, address: str, at: int, within: int
    ) -> int | None:
        """When something was first tried by a sender with an address, within so many seconds.

        None where this is the first time: it is recorded. `purpose` tells one such count from
        another. A sender's oldest attempts are dropped where there are very many.
        """

    async def drop_attempt(self, purpose: str, sender: str, address: str) -> None:
        """Forget an attempt, so that the next one is a first one again."""

    async def keep_facts(self, facts: Mapping[str, DomainFacts], at: int, ttl: int) -> None:
        """Keep what the DNS said of some domains, for `ttl` seconds from `at`."""

    async def facts(self, domains: Collection[str], at: int) -> Mapping[str, DomainFacts]:
        """What is kept of these domains and has not run out at that moment."""

    async def forget(self, address: str) -> Erased:
        """Take away every row that names this address (`Address.key`)."""

    async def expire(self, before: int) -> Erased:
        """Take away what was last used, decided or learned before that moment."""

    def export(self, address: str | None = None) -> AsyncGenerator[Mapping[str, Json]]:
        """All that is kept (about one address), each row as plain JSON values with its `kind`."""

    async def close(self) -> None:
        """Close every connection."""
