"""R302: a domain to which no mail can find its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from missent.core.facts import DomainFacts
from missent.core.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.core.facts import Facts
    from missent.core.message import Message, Recipient


@dataclass(frozen=True, slots=True)
class NoRoute:
    """The domain does not exist, or has neither a mail exchanger nor an address.

    A mail server looks for an MX record, then for an A or AAAA record (RFC 5321 5.1); where there
    is none of them, the message comes back. Often a domain that nobody has registered yet is a
    mistyped one.

    Silent where the DNS was not asked or did not answer, and for a null MX, which is R301's.

    Attributes:
        missing: the probability where the domain does not exist.
        mute: where it exists and has no record that mail needs.
    """

    code: ClassVar[str] = "R302"
    spares_familiar: ClassVar[bool] = False
    missing: float = 0.97
    mute: float = 0.93

    def __call__(self, recipient: Recipient, message: Message, facts: Facts) -> Sequence[Finding]:  # noqa: ARG002  a check is asked so
        """Look at what the DNS said of one recipient's domain."""
        name = recipient.address.domain.name
        answer = facts.domains.get(name)
        if not isinstance(answer, DomainFacts) or answer.takes_mail or answer.null_mx:
            return ()
        if answer.exists:
            summary = f"`{name}` has neither a mail exchanger nor an address in the DNS."
        else:
            summary = f"`{name}` does not exist in the DNS."
        return (
            Finding(
                self.code,
                self.mute if answer.exists else self.missing,
                summary,
                evidence={"domain": name, "exists": answer.exists},
            ),
        )
