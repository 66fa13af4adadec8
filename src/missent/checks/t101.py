"""T101: a domain that looks like another one that is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from missent.core import suspects, telling
from missent.core.evidence.case import Case
from missent.core.finding import Finding
from missent.core.known import has_written, is_own
from missent.core.tables import protected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.core.address import Address
    from missent.core.facts import Facts
    from missent.core.message import Message, Recipient


@dataclass(frozen=True, slots=True)
class LookalikeDomain:
    """The domain is probably a slip of another one.

    `army.ml` for `army.mil`, `gmial.com` for `gmail.com`, `dynergy.com` where the organisation
    writes to `dynegy.com`. Names near the typed one are looked up among the domains that are
    written to, the organisation's own, popular mail providers and protected zones (armed forces,
    governments, universities), and weighed: how people slip, how often each is written to and by
    whom, whether this very mailbox is known at the other one, whether the typed name looks like a
    name that somebody chose. A suffix behind a name of a protected zone is looked at too,
    `army.mil.ml`, where no country has such a zone (`mil.br`), and `.com` behind any well-known
    name. The finding's probability is that of the other name being meant.

    A new name with a digit for the letter that it looks like (`w1dgets.com`), with the labels of a
    known one in another order, or with its suffix twice, is asked about wherever the known one is
    in use.

    A domain that the lists inside missent know to exist is questioned only by what is known here:
    `earthlink.com`, where everybody writes to `earthlink.net` and nobody ever wrote from the other.

    Silent for domains that wrote here, that are your own or the sender's, and where nothing that is
    known is near. Nor is a name questioned for one that it lies below or above (`mail.dynegy.com`),
    for one under `.com` where it ends in the suffix of a country that you are not in, or for one
    that is itself what a slip makes of it and never wrote. A suffix that does not exist is T102's.
    Two names that are about equally likely are both named.

    Attributes:
        least: findings below this probability are not reported.
    """

    code: ClassVar[str] = "T101"
    spares_familiar: ClassVar[bool] = True
    least: float = 0.05

    def __call__(self, recipient: Recipient, message: Message, facts: Facts) -> Sequence[Finding]:
        """Look at the domain of one recipient."""
        address = recipient.address
        domain = address.domain
        if domain.is_literal or not domain.parts.known:
            return ()
        case = Case.of(address, message, facts)
        if _is_settled(case, message.mail_from):
            return ()
        found = suspects.domains(case)
        if not found or found[0].probability < self.least:
            return ()
        return (
            Finding(
                self.code,
                found[0].probability,
                telling.of_domain(case, found),
                tuple(address.at(s.name) for s in found),
                telling.in_numbers(case, found, domain.name),
                protected=protected.zone_of(found[0].name) is not None,
            ),
        )


def _is_settled(case: Case, sender: Address | None) -> bool:
    """Whether a domain is right beyond question: it is one's own, or it wrote here."""
    domain = case.address.domain
    if is_own(domain.name, case.facts.own_domains) or has_written(case.domain):
        return True
    return sender is not None and sender.domain.registrable == domain.registrable != ""
