"""R301: a domain that says it takes no mail."""

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
class NullMx:
    """The domain publishes a null MX: it takes no mail (RFC 7505).

    The owner of the domain says in the DNS that no address there exists. A message to it is
    misaddressed, or comes back.

    Silent where the DNS was not asked or did not answer.

    Attributes:
        probability: that such a message goes wrong.
    """

    code: ClassVar[str] = "R301"
    spares_familiar: ClassVar[bool] = False
    probability: float = 0.99

    def __call__(self, recipient: Recipient, message: Message, facts: Facts) -> Sequence[Finding]:  # noqa: ARG002  a check is asked so
        """Look at what the DNS said of one recipient's domain."""
        name = recipient.address.domain.name
        answer = facts.domains.get(name)
        if not isinstance(answer, DomainFacts) or not answer.null_mx:
            return ()
        summary = f"`{name}` says in the DNS that it takes no mail (null MX)."
        return (Finding(self.code, self.probability, summary, evidence={"domain": name}),)
