"""What the store keeps of mail that the sinkhole refused: numbers, and who was told of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple


class Key(NamedTuple):
    """What a number is about.

    Attributes:
        day: since the epoch, UTC.
        meant: the domain that was meant.
        typed: the domain that was typed.
        organisation: the registrable domain of the senders; "" where it is not told apart.
        kind: `people`, `bulk`, `automatic` or `unclear`.
    """

    day: int
    meant: str
    typed: str
    organisation: str
    kind: str


@dataclass(slots=True)
class Counted:
    """The numbers.

    Attributes:
        messages: refused at all their recipients.
        recipients: of them.
        senders: keyed 64-bit digests of their reverse-paths.
    """

    messages: int = 0
    recipients: int = 0
    senders: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Refusals:
    """A batch.

    Attributes:
        counts: refused messages.
        faults: what no mail server does, by day and word.
    """

    counts: dict[Key, Counted] = field(default_factory=dict)
    faults: Counter[tuple[int, str]] = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return bool(self.counts or self.faults)

    def merge(self, other: Refusals) -> None:
        """Add what another batch holds."""
        for key, counted in other.counts.items():
            mine = self.counts.setdefault(key, Counted())
            mine.messages += counted.messages
            mine.recipients += counted.recipients
            mine.senders |= counted.senders
        self.faults.update(other.faults)

    @property
    def sums(self) -> dict[str, int]:
        """What a log shows of it."""
        counts = self.counts.values()
        return {
            "messages": sum(one.messages for one in counts),
            "recipients": sum(one.recipients for one in counts),
            "people": sum(one.messages for key, one in self.counts.items() if key.kind == "people"),
            "faults": self.faults.total(),
        }


class Row(NamedTuple):
    """A number as it is kept.

    Attributes:
        key: what it is about.
        messages: refused.
        recipients: of them.
        senders: a `Sketch` as octets.
    """

    key: Key
    messages: int
    recipients: int
    senders: bytes


class Notice(NamedTuple):
    """Somebody was told, or could not be.

    Attributes:
        at: when, in seconds since the epoch.
        party: `owner` or `sender`.
        subject: the domain whose owner or postmaster was told.
        contact: the address that was written to; "" for none found.
        found_by: `security.txt`, `rdap`, `postmaster` or `given`.
        report: the number of the report, or "".
        outcome: `sent`, `failed`, `answered` or `closed`.
        detail: the next hop's answer, or what was heard.
    """

    at: int
    party: str
    subject: str
    contact: str
    found_by: str
    report: str
    outcome: str
    detail: str = ""


class Hold(NamedTuple):
    """From `since` to `until` nothing is deleted.

    Attributes:
        since: in seconds since the epoch.
        until: likewise; None while it lasts.
        owner: who ordered it.
        reason: why.
    """

    since: int
    until: int | None
    owner: str
    reason: str
