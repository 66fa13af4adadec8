"""The passage of a message of ours: its envelope, and what was decided about it so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from missent.core.address import Address
from missent.core.errors import AddressError
from missent.core.message import Message, Recipient
from missent.gates.disposition import Outcome
from missent.gates.milter.events import Finished
from missent.gates.milter.negotiate import KEPT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.gates.disposition import Disposition
    from missent.gates.milter.copy import Copy
    from missent.smtp.replies import Reply

_RECIPIENTS = 50_000  # remembered of one message; an MTA stops long before
_BESIDE = 500  # of those that were taken, told to the checks when the next one is asked about
_HEADER_FIELDS = 64  # kept of one message
_NAME_CHARACTERS = 76  # kept of its name
_VALUE_CHARACTERS = 998  # kept of one header field; RFC 5322 2.1.1


@dataclass(slots=True)
class Passage:
    """What is known of one message; bounded, whatever the MTA says.

    Attributes:
        mail_from: the reverse-path; None for the null one.
        smtputf8: whether the client said SMTPUTF8.
        eight_bit: whether it said BODY=8BITMIME.
        dispositions: what was decided, recipient by recipient.
        undecided: recipients that are asked about at the end.
        taken: some of those that nothing was said against.
        header: the header fields that say what mail this is, names in lower case.
        copy: of the message, where it may have to be kept.
        path_of: how the MTA writes a recipient, by `Address.key`.
        strangers: recipients that are no address.
    """

    mail_from: Address | None
    smtputf8: bool
    eight_bit: bool = False
    dispositions: list[Disposition] = field(default_factory=list)
    undecided: list[Recipient] = field(default_factory=list)
    taken: tuple[Recipient, ...] = ()
    header: dict[str, str] = field(default_factory=dict)
    copy: Copy | None = None
    path_of: dict[str, str] = field(default_factory=dict)
    strangers: int = 0

    def write_to(self, address: Address, path: str) -> None:
        """Remember how the MTA writes a recipient."""
        if len(self.path_of) < _RECIPIENTS:
            self.path_of[address.key] = path

    def leave(self, recipient: Recipient) -> None:
        """Leave a recipient to be asked about at the end."""
        if len(self.undecided) < _RECIPIENTS:
            self.undecided.append(recipient)

    def decide(self, dispositions: Sequence[Disposition]) -> None:
        """Remember what was decided about recipients."""
        if len(self.dispositions) < _RECIPIENTS:
            self.dispositions.extend(dispositions)

    def take(self, recipients: tuple[Recipient, ...]) -> None:
        """Remember recipients that nothing is said against."""
        if len(self.taken) < _BESIDE:
            self.taken += recipients

    def read_field(self, name: str, value: str) -> None:
        """Take in a header field."""
        if self.copy is not None:
            self.copy.field(name, value)
        low = name.lower()
        wanted = low in KEPT or low.startswith("list-")
        if wanted and len(self.header) < _HEADER_FIELDS:
            self.header[low[:_NAME_CHARACTERS]] = value[:_VALUE_CHARACTERS].strip()

    @property
    def kept(self) -> tuple[Disposition, ...]:
        """Those that it is to be kept for, each address once."""
        found = {d.address.key: d for d in self.dispositions if d.outcome is Outcome.KEPT}
        return tuple(found.values())

    @property
    def going(self) -> tuple[Recipient, ...]:
        """Those that it goes on to."""
        return tuple(
            Recipient(d.address)
            for d in self.dispositions
            if d.reply is None and d.outcome is not Outcome.KEPT
        )

    def refuse_kept(self, refusal: Reply) -> None:
        """Refuse it for those that it was to be kept for."""
        outcome = Outcome.TEMPFAILED if refusal.tempfail else Outcome.REFUSED
        self.dispositions = [
            replace(d, outcome=outcome, reply=refusal) if d.outcome is Outcome.KEPT else d
            for d in self.dispositions
        ]

    def finished(self, queue_id: str, *, queued: bool, kept: str = "") -> Finished:
        """What became of it; the arguments are `Finished`'s."""
        identifier = self.header.get("message-id", "").strip("<>")
        return Finished(
            Message(self.mail_from, self.going if queued else (), identifier),
            tuple(self.dispositions),
            queued=queued,
            held=queued and any(d.outcome is Outcome.HELD for d in self.dispositions),
            queue_id=queue_id,
            header=self.header,
            kept=kept,
        )


@lru_cache(maxsize=4096)
def address_of(path: str) -> Address | None:
    """Read a path as MTAs hand it on: in angle brackets, or without them from the inside."""
    bare = path[1:-1] if path.startswith("<") and path.endswith(">") else path
    try:
        return Address.parse(bare, lenient=True) if bare else None
    except AddressError:
        return None
