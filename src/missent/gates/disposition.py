"""What a gate did, per recipient, and how much of an address its log shows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.core.finding import Json
    from missent.core.verdict import Action, RecipientVerdict
    from missent.smtp.replies import Reply


class Outcome(StrEnum):
    """What became of a recipient: warned ones are accepted too, and so are confirmed ones.

    Held ones wait in the MTA's hold queue, kept ones in our own store.
    """

    ACCEPTED = "accepted"
    WARNED = "warned"
    CONFIRMED = "confirmed"
    HELD = "held"
    KEPT = "kept"
    REFUSED = "refused"
    TEMPFAILED = "tempfailed"


class Show(StrEnum):
    """How an address stands in the log."""

    FULL = "full"
    HASHED = "hashed"
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True)
class Disposition:
    """What a gate did about one recipient.

    Attributes:
        address: the recipient.
        outcome: what became of it.
        verdict: why; None where nothing could be decided.
        enforced: False in monitor mode, where the action was recorded only.
        reply: what the client was told; None where the gate left the answer to the MTA.
        reason: in words, where the verdict does not say it: the next hop refused, the deadline
            passed.
    """

    address: Address
    outcome: Outcome
    verdict: RecipientVerdict | None = None
    enforced: bool = False
    reply: Reply | None = None
    reason: str = ""

    @property
    def action(self) -> Action | None:
        """What the policy asked for; None where nothing could be decided."""
        return self.verdict.action if self.verdict else None

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the findings, the strongest first, each once."""
        findings = self.verdict.findings if self.verdict else ()
        return tuple(dict.fromkeys(f.code for f in findings))

    def line(self, privacy: Privacy) -> dict[str, Json]:
        """The disposition for a log line."""
        line: dict[str, Json] = {
            "rcpt_to": privacy.show(self.address),
            "outcome": self.outcome.value,
            "action": "undecided" if self.action is None else str(self.action),
            "codes": list(self.codes),
        }
        if self.reply is not None:
            line["reply"] = f"{self.reply.code} {self.reply.enhanced}".rstrip()
        if self.reason:
            line["reason"] = self.reason
        return line


@dataclass(frozen=True, slots=True)
class Privacy:
    """How addresses are shown in the log.

    Attributes:
        show_as: in full, as a keyed hash (equal addresses stay recognisable), or the domain only.
        key: for the hash; lines of gates with the same key can be compared.
    """

    show_as: Show = Show.FULL
    key: bytes = b""

    def show(self, address: Address | None) -> str:
        """The address as the log may have it; `<>` for the null sender."""
        if address is None:
            return "<>"
        if self.show_as is Show.FULL:
            return str(address)
        if self.show_as is Show.DOMAIN:
            return f"@{address.domain}"
        return hashlib.blake2b(address.key.encode(), digest_size=12, key=self.key[:64]).hexdigest()
