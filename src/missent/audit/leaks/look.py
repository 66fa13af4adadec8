"""Which domains deserve a closer look: something near them, or their suffix, speaks against them.

This is the first pass. It asks nothing about people, only about names, so that of a million
domains a few thousand are left, for which the log is asked who wrote to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.checks.t103 import Confusable
from missent.core.address import Address, Domain
from missent.core.candidates import domains_in_history, domains_in_tables
from missent.core.errors import AddressError
from missent.core.evidence.case import Case
from missent.core.evidence.of_domain import NEAR
from missent.core.facts import NO_HISTORY, Facts, Use
from missent.core.known import is_known
from missent.core.message import Message, Recipient
from missent.core.neighbours import GrowingIndex, domain_keys, gather

if TYPE_CHECKING:
    from missent.audit.leaks.past import Past

_LIKE = Confusable()
_NOBODY = "postmaster"  # stands for whoever was written to


def look(name: str, past: Past, own: frozenset[str], at: int) -> list[str] | None:
    """Names that may have been meant where `name` was written to; None where nothing is wrong."""
    domain = Domain(name)
    if domain.is_literal:
        return None
    here, wide = past.domains[name], past.recipients[name]

    def outweighs(other: str) -> bool:
        there = past.domains.get(other, Use())
        return there.sent + there.received >= here.sent or past.recipients.get(other, 0) >= wide

    facts = Facts(at, past.without(name, outweighs), own)
    parts = domain.parts
    possible = parts.known and "." in name
    if is_known(name, facts, parts.registrable):
        return None
    address = Address.of(_NOBODY, name)
    message = Message(None, (Recipient(address),))
    case = Case.of(address, message, facts)
    near = [c.name for c in domains_in_history(case) if c.slip.cost <= NEAR]
    near += [c.name for c in domains_in_tables(case)]
    if not possible or near:
        return list(dict.fromkeys(near))
    found = _LIKE(Recipient(address), message, facts)
    if found:
        return [meant.domain.name for finding in found for meant in finding.did_you_mean]
    return None


class Posing:
    """Finds domains that look like our own, among those that write to us."""

    def __init__(self, own: frozenset[str]) -> None:
        self._own = own
        self._names = sorted(own)
        self._index = GrowingIndex()
        for number, name in enumerate(self._names):
            self._index.file(number, domain_keys(name))

    def near(self, text: str) -> str | None:
        """The normalised name of a domain that may look like one of ours; None for any other."""
        try:
            domain = Domain.parse(text)
        except AddressError:
            return None
        name = domain.name
        if name in self._own or is_known(name, Facts(own_domains=self._own)):
            return None
        if gather(self._index, domain_keys(name)) or not domain.unicode.isascii():
            return name
        facts = Facts(0, NO_HISTORY, self._own)
        address = Address.of(_NOBODY, name)
        found = _LIKE(Recipient(address), Message(None, (Recipient(address),)), facts)
        return (
            name if any(m.domain.name in self._own for f in found for m in f.did_you_mean) else None
        )
