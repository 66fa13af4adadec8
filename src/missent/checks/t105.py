"""T105: the right local part at the wrong organisation."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from missent.core import slips, suspects, telling
from missent.core.evidence.case import Case
from missent.core.finding import Finding
from missent.core.known import has_written, is_own
from missent.core.tables import protected, providers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.core.facts import Facts
    from missent.core.message import Message, Recipient


@dataclass(frozen=True, slots=True)
class WrongOrganisation:
    """The mailbox is known, but at another domain.

    `jack.sparks@dynergy.com` where only `jack.sparks@dynegy.com` is written to and both domains
    wrote here; `ken.rice@hotmail.com` where `ken.rice@` is a colleague. T101 questions domains that
    never wrote here; this check questions those that did, and only where the very local part is
    known at the other domain.

    A private account of somebody who is known by a business address is more often meant than not,
    so that alone stays far below what a prompt needs; a policy may ask for it.

    Attributes:
        least: findings below this probability are not reported.
        private: the probability of a finding about a private account.
    """

    code: ClassVar[str] = "T105"
    spares_familiar: ClassVar[bool] = True
    least: float = 0.05
    private: float = 0.2

    def __call__(self, recipient: Recipient, message: Message, facts: Facts) -> Sequence[Finding]:
        """Look for the same mailbox at another domain."""
        address = recipient.address
        name = address.domain.name
        if address.domain.is_literal or is_own(name, facts.own_domains):
            return ()
        case = Case.of(address, message, facts)
        if all(other == name for other in case.known_at):  # the usual case
            return ()
        written = has_written(case.domain)
        found = suspects.same_mailbox_elsewhere(case) if written else []
        if not found or found[0].probability < self.least:
            return self._private_account(case)
        return (
            Finding(
                self.code,
                found[0].probability,
                telling.of_domain(case, found),
                tuple(address.at(s.name) for s in found),
                telling.in_numbers(case, found, name),
                protected=protected.zone_of(found[0].name) is not None,
            ),
        )

    def _private_account(self, case: Case) -> Sequence[Finding]:
        address, history = case.address, case.facts.history
        if address.domain.name not in providers.popular() or case.use:
            return ()
        local = case.local
        if len(slips.parts(local)) == 1:
            return ()  # `info` or `john` may be anybody
        business = (d for d in history.domains_with(local) if d not in providers.popular())
        known = list(islice(business, 2))
        if len(known) != 1 or not history.pair(case.sender, f"{local}@{known[0]}"):
            return ()
        meant = address.at(known[0])
        summary = (
            f"This sender writes to `{meant}`; `{address}` is an address of a mail provider that "
            "nobody here has written to."
        )
        evidence = {"typed": address.domain.name, "meant": known[0], "slip": "private_account"}
        return (Finding(self.code, self.private, summary, (meant,), dict(evidence)),)
