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
from missent.core.facts import Facts, Use
from missent.core.known import is_known
from missent.core.message import Message, Recipient

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


def normal(text: str) -> str | None:
    """A domain of the log as `Domain.name`, None where it is none."""
    try:
        return Domain.parse(text).name
    except AddressError:
        return None
