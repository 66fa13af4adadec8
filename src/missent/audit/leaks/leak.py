"""What an audit finds: one wrong domain a leak, with everything that is to be told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from missent.audit.events.interface import Source
    from missent.core.verdict import Action


class Kind(Enum):
    """Which kind of wrong domain it is."""

    LOOKALIKE = "lookalike"
    """A domain that looks like one that was meant."""
    SUFFIX = "wrong suffix"
    """A domain whose suffix does not exist."""
    OWN = "own lookalike"
    """Our people wrote to a domain that looks like one of our own."""
    POSING = "own lookalike, inbound"
    """Mail came from a domain that looks like one of our own."""
    RULE = "rule"
    """The organisation forbids it."""
    OTHER = "other"


class Habit(Enum):
    """How often the same slip was made."""

    FORWARD = "standing forward"
    """Many senders reach one wrong address: an alias, a forward or a list does it."""
    LIST = "mailing list"
    """A list sends to a member that is no such address."""
    BOOK = "address book"
    """The same sender writes to the same wrong address again and again."""
    OFTEN = "typed again and again"
    """Different people make the slip anew."""
    ONCE = "one-off"
    POSING = "again and again"
    """Mail comes from there on several days."""


class Pair(NamedTuple):
    """One sender and one recipient, with what became of the mail between them."""

    sender: str
    recipient: str
    via: str | None
    deliveries: int
    delivered: int
    deferred: int
    bounced: int
    refused: int
    passed: int
    first: int
    last: int
    octets: int
    days: int = 1


@dataclass(slots=True)
class Leak:
    """One wrong domain.

    Attributes:
        domain: as it stands in the log, in A-labels.
        meant: the domains that were probably meant, best first.
        kind: which kind of wrong it is.
        code: the check that says so.
        probability: that it is wrong, from 0 to 1.
        summary: why, in words.
        action: what the policy asks for.
        owner: whose the meant domain is, where the tables know it.
        messages: distinct messages.
        pairs: every sender and recipient.
        days: deliveries by day since the epoch.
        habit: how often the same slip was made.
        tell: who should be told, and why.
    """

    domain: str
    meant: tuple[str, ...]
    kind: Kind
    code: str
    probability: float
    summary: str
    action: Action
    owner: str = ""
    messages: int = 0
    pairs: list[Pair] = field(default_factory=list)
    days: dict[int, int] = field(default_factory=dict)
    habit: Habit = Habit.ONCE
    tell: list[tuple[str, str]] = field(default_factory=list)

    def total(self, what: str) -> int:
        """The sum of a column of the pairs."""
        return sum(getattr(pair, what) for pair in self.pairs)

    @property
    def first(self) -> int:
        """When it was first seen, in seconds since the epoch."""
        return min((pair.first for pair in self.pairs), default=0)

    @property
    def last(self) -> int:
        """When it was last seen."""
        return max((pair.last for pair in self.pairs), default=0)

    @property
    def senders(self) -> int:
        """How many wrote to it."""
        return len({pair.sender for pair in self.pairs})

    @property
    def recipients(self) -> int:
        """How many addresses of it were written to."""
        return len({pair.recipient for pair in self.pairs})


@dataclass(slots=True)
class Audit:
    """The whole answer.

    Attributes:
        sources: what was read.
        deliveries: messages times recipients.
        notices: those of them without a sender, which are not looked at.
        fates: deliveries by what became of them.
        first: the first moment in the log, in seconds since the epoch.
        last: the last one.
        domains: distinct recipient domains.
        pairs: distinct senders and recipients.
        looked: domains that deserved a closer look.
        numbered: domains that differ from many others by digits alone, not compared among these.
        undecided: domains that deserved a closer look and got none, since they were too many.
        spared: domains near another one that so many write to that they are real.
        days: deliveries by day since the epoch.
        leaks: the worst first.
        own: the organisation's domains.
        errors: checks that crashed, and why.
    """

    sources: list[Source] = field(default_factory=list)
    deliveries: int = 0
    notices: int = 0
    fates: dict[str, int] = field(default_factory=dict)
    first: int = 0
    last: int = 0
    domains: int = 0
    pairs: int = 0
    looked: int = 0
    numbered: int = 0
    undecided: int = 0
    spared: list[tuple[str, str]] = field(default_factory=list)
    days: dict[int, int] = field(default_factory=dict)
    leaks: list[Leak] = field(default_factory=list)
    own: frozenset[str] = frozenset()
    errors: set[str] = field(default_factory=set)

    @property
    def outbound(self) -> list[Leak]:
        """Domains that mail went to; of the others it came."""
        return [leak for leak in self.leaks if leak.kind is not Kind.POSING]

    @property
    def inbound(self) -> list[Leak]:
        """Domains that pose as one of the organisation's own."""
        return [leak for leak in self.leaks if leak.kind is Kind.POSING]

    def bounds(self) -> list[str]:
        """What was left out where there was too much of it, in sentences; none mostly."""
        told = []
        if self.numbered:
            told.append(
                f"{self.numbered:,} domains differ from fifteen or more others by their digits"
                " alone; these were not taken for slips of each other"
            )
        if self.undecided:
            told.append(
                f"{self.undecided:,} domains look like others but were not decided, since they"
                " were too many: those least written to"
            )
        return told
