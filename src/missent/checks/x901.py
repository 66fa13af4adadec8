"""X901: recipients that the organisation itself forbids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from missent.core.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.core.facts import Facts
    from missent.core.finding import Json
    from missent.core.message import Message, Recipient
    from missent.core.pattern import Pattern


@dataclass(frozen=True, slots=True)
class Forbidden:
    """One entry of the blocklist.

    Attributes:
        pattern: the recipients it is about.
        owner: who answers for it.
        reason: why, for the sender to read.
        expires: when it ends, in seconds since the epoch; None for never.
        sender: the senders it is for; None for all.
    """

    pattern: Pattern
    owner: str
    reason: str
    expires: int | None = None
    sender: Pattern | None = None


@dataclass(frozen=True, slots=True)
class Blocklist:
    """The organisation forbids mail to this recipient.

    A rule such as `*.ml` with its owner and reason. `army.ml` is that domain alone, `*.army.ml`
    everything below it, `gen@army.ml` one address; an empty list matches nothing. What is to be
    allowed in spite of a rule stands among the exceptions, each with an owner, a reason and an end.

    Attributes:
        entries: what is forbidden.
        probability: what a rule counts as, for the policy.
    """

    code: ClassVar[str] = "X901"
    spares_familiar: ClassVar[bool] = False
    entries: tuple[Forbidden, ...] = ()
    probability: float = 1.0

    def __call__(self, recipient: Recipient, message: Message, facts: Facts) -> Sequence[Finding]:
        """Look for the rules that speak of one recipient."""
        return [
            self._finding(entry)
            for entry in self.entries
            if entry.pattern.matches(recipient.address)
            and (entry.expires is None or facts.at < entry.expires)
            and _is_from(message, entry.sender)
        ]

    def _finding(self, entry: Forbidden) -> Finding:
        pattern, reason = entry.pattern.text, entry.reason.strip().rstrip(".")
        summary = f"The organisation forbids mail to `{pattern}`"
        summary += f": {reason}." if reason else "."
        if entry.owner:
            summary += f" {entry.owner} answers for this rule."
        evidence: dict[str, Json] = {
            "pattern": pattern,
            "owner": entry.owner,
            "reason": entry.reason,
            "expires": entry.expires,
        }
        return Finding(self.code, self.probability, summary, evidence=evidence, protected=True)


def _is_from(message: Message, sender: Pattern | None) -> bool:
    """Whether a rule's sender is the message's; a rule for all is for the null sender too."""
    return sender is None or (message.mail_from is not None and sender.matches(message.mail_from))
