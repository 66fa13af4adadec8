"""T104: a local part that looks like another one at the same domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from missent.core import suspects, telling
from missent.core.evidence.case import Case
from missent.core.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.core.facts import Facts
    from missent.core.message import Message, Recipient


@dataclass(frozen=True, slots=True)
class MistypedLocalPart:
    """The local part is probably a slip of another one at the same domain.

    `keneth.lay@` where `kenneth.lay@` is written to. Namesakes (`john.smith`, `jon.smith`),
    numbered accounts (`jsmith2`) and role addresses (`sale@`, `sales@`) are real more often than
    not; how much each kind of likeness means was learned from real mail.

    Silent without history, and for an address that wrote here or that somebody confirmed.

    Attributes:
        least: findings below this probability are not reported.
    """

    code: ClassVar[str] = "T104"
    spares_familiar: ClassVar[bool] = True
    least: float = 0.05

    def __call__(self, recipient: Recipient, message: Message, facts: Facts) -> Sequence[Finding]:
        """Look at the local part of one recipient."""
        address = recipient.address
        case = Case.of(address, message, facts)
        if address.domain.is_literal or case.domain is None:
            return ()
        found = suspects.locals_(case)
        if not found or found[0].probability < self.least:
            return ()
        return (
            Finding(
                self.code,
                found[0].probability,
                telling.of_local(case, found),
                tuple(address.of(s.name, address.domain.name) for s in found),
                telling.in_numbers(case, found, case.local),
            ),
        )
