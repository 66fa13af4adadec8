"""What the organisation says of names: its partners, and the zones that it wants protected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from missent.core.facts import Use
from missent.core.neighbours import GrowingIndex, domain_keys, gather

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from missent.core.check import Check
    from missent.core.facts import Correspondence, Facts
    from missent.core.finding import Finding
    from missent.core.message import Message, Recipient

_PARTNER = Use(sent=1, confirmed=True)


class Partners:
    """A `Correspondence` in which some domains count as written to before any mail was.

    Args:
        history: what was really written.
        names: the partners, as `Domain.name`.
    """

    def __init__(self, history: Correspondence, names: Iterable[str]) -> None:
        self._names = tuple(dict.fromkeys(names))
        self._known = frozenset(self._names)
        self._index = GrowingIndex()
        for number, name in enumerate(self._names):
            self._index.file(number, domain_keys(name))
        # Whatever is not about domains is the history's own affair.
        self.pair = history.pair
        self.address = history.address
        self.sender_domain = history.sender_domain
        self.locals_at = history.locals_at
        self.domains_with = history.domains_with
        self.locals_near = history.locals_near
        self.meant = history.meant
        self._history = history

    def domain(self, domain: str) -> Use | None:
        """How the whole organisation has used `domain`; a partner counts as confirmed."""
        use = self._history.domain(domain)
        if domain not in self._known:
            return use
        return _PARTNER if use is None else replace(use, sent=max(use.sent, 1), confirmed=True)

    def domains_near(self, domain: str) -> Iterable[str]:
        """Known domains and partners that may have been meant where `domain` was typed."""
        near = [self._names[number] for number in gather(self._index, domain_keys(domain))]
        return dict.fromkeys((*self._history.domains_near(domain), *near))


@dataclass(frozen=True, slots=True)
class Protecting:
    """A check whose findings count as protected where a zone of the organisation was meant.

    Attributes:
        check: what looks.
        zones: the zones, as `Domain.name`.
    """

    check: Check
    zones: tuple[str, ...]

    @property
    def code(self) -> str:
        """The code of the check."""
        return self.check.code

    def __call__(self, recipient: Recipient, message: Message, facts: Facts) -> Sequence[Finding]:
        """Look at one recipient of a message."""
        found = self.check(recipient, message, facts)
        return [replace(f, protected=True) if self._means_a_zone(f) else f for f in found]

    def _means_a_zone(self, finding: Finding) -> bool:
        return any(
            address.domain.name == zone or address.domain.name.endswith(f".{zone}")
            for address in finding.did_you_mean
            for zone in self.zones
        )
