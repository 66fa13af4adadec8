"""What every reader of past mail gives: events in the order of the source, and what was skipped."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from missent.core.address import Address
    from missent.core.message import Message

_SAMPLES = 20


@dataclass(frozen=True, slots=True)
class Bounce:
    """One recipient that turned out not to exist.

    Attributes:
        sender: who had written to it; None where the source does not say.
        address: the recipient that was returned as undeliverable.
        message_id: of the message that was returned, "" where the source does not say. The same
            failure reported by a log and by a notice is one failure.
    """

    sender: Address | None
    address: Address
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One message that was sent or received, as far as the source tells.

    Attributes:
        at: when, in seconds since the epoch, at least 1.
        key: the Message-ID, or where there is none a digest of what identifies the message; the
            same message found in two sources has the same key.
        message: the message; its recipients carry their header field and display name.
        bounced: recipients that do not exist, as a log line or a notice of non-delivery says.
        automatic: no person wrote it (a notice, an automatic reply, a list): it is no sign that
            anyone at the sender's address reads mail.
    """

    at: int
    key: str
    message: Message
    bounced: tuple[Bounce, ...] = ()
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in a source that could not be read.

    Attributes:
        where: the place: a line number, a file name.
        reason: what is wrong with it.
    """

    where: str
    reason: str


@dataclass(slots=True)
class Tally:
    """What a reader got through; it is kept up to date while reading.

    Attributes:
        octets: octets of the source read so far, compressed ones where it is compressed.
        events: events given.
        skipped: lines or messages that could not be read.
        no_address: senders and recipients that are no address, such as a bare name.
        unsent: drafts, which were written and never sent.
        future: messages dated later than now, which are taken as of now.
        ends_early: why the source was not read to its end, "" where it was.
        samples: the first few of what was skipped, to be shown.
    """

    octets: int = 0
    events: int = 0
    skipped: int = 0
    no_address: int = 0
    unsent: int = 0
    future: int = 0
    ends_early: str = ""
    samples: list[Skipped] = field(default_factory=list)

    @property
    def is_lost(self) -> bool:
        """Whether nothing could be read of what there was."""
        return bool(self.skipped) and not (self.events or self.unsent)

    def skip(self, where: str, reason: str) -> None:
        """Count a line or a message that could not be read."""
        self.skipped += 1
        if len(self.samples) < _SAMPLES:
            self.samples.append(Skipped(where, reason))

    def end(self, where: str, reason: str) -> None:
        """Note that the rest of the source cannot be read."""
        self.ends_early = f"{where}: {reason}"

    def skip_address(self, where: str, text: str) -> None:
        """Count a sender or recipient that is no address."""
        self.no_address += 1
        if len(self.samples) < _SAMPLES:
            self.samples.append(Skipped(where, f"no address: {text[:80]!r}"))


class Reader(Protocol):
    """Reads one format. Malformed parts are counted in the tally, never raised."""

    def __call__(self, path: Path, tally: Tally) -> Iterator[Event]:
        """Give the events of the source, in its order.

        Raises:
            OSError: the source itself cannot be opened or read.
        """
