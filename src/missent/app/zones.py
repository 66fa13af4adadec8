"""What the organisation says of names: its partners, and the zones that it wants protected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from missent.core.facts import Use
from missent.core.neighbours import GrowingIndex, domain_keys, filing_keys, gather

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from missent.core.acquaintance import Acquaintance
    from missent.core.check import Check
    from missent.core.facts import Correspondence, Facts
    from missent.core.finding import Finding
    from missent.core.message import Message, Recipient

_PARTNER = Use(sent=1, confirmed=True)


class Names:
    """Domain names, found also by what was typed for them.

    Args:
        names: as `Domain.name`.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(dict.fromkeys(names))
        self._known = frozenset(self._names)
        self._index = GrowingIndex()
        for number, name in enumerate(self._names):
            self._index.file(number, filing_keys(name))

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Names) and self._names == other._names

    def __hash__(self) -> int:
        return hash(self._names)

    def near(self, domain: str) -> list[str]:
        """The names that may have been meant where `domain` was typed."""
        return [self._names[number] for number in gather(self._index, domain_keys(domain))]

    def among(self, domains: AbstractSet[str]) -> AbstractSet[str]:
        """Those of some domains that are among the names."""
        return self._known & domains

    def over(self, history: Correspondence) -> Partners:
        """A history in which these names count as written to."""
        return Partners(self, history)


class Partners:
    """A `Correspondence` in which some domains count as written to before any mail was.

    Args:
        names: the domains.
        history: what was really written.
    """

    def __init__(self, names: Names, history: Correspondence) -> None:
        self.real: Correspondence = history.real if isinstance(history, Partners) else history
        self._names = names
        history = self.real
        # Whatever is not about domains is the history's own affair.
        self.pair = history.pair
        self.address = history.address
        self.sender_domain = history.sender_domain
        self.domains_known = history.domains_known
        self.locals_at = history.locals_at
        self.locals_like = history.locals_like
        self.domains_with = history.domains_with
        self.locals_near = history.locals_near
        self.is_familiar = history.is_familiar
        self.meant = history.meant

    def domain(self, domain: str) -> Use | None:
        """How the whole organisation has used `domain`; a partner counts as confirmed."""
        use = self.real.domain(domain)
        if domain not in self._names:
            return use
        return _PARTNER if use is None else use._replace(sent=max(use.sent, 1), confirmed=True)

    def used_among(self, domains: AbstractSet[str]) -> Collection[str]:
        """Those of some domains that have been used or are partners."""
        return {*self.real.used_among(domains), *self._names.among(domains)}

    def acquaintance(self, sender: str, local: str, domain: str) -> Acquaintance:
        """What is known of `domain`, of `local` there and of what `sender` did there, at once."""
        found = self.real.acquaintance(sender, local, domain)
        use = self.domain(domain) if domain in self._names else None
        return found if use is None else found._replace(domain=use)

    def domains_near(self, domain: str) -> Iterable[str]:
        """Known domains and partners that may have been meant where `domain` was typed."""
        return dict.fromkeys((*self.real.domains_near(domain), *self._names.near(domain)))


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

    @property
    def spares_familiar(self) -> bool:
        """As the check."""
        return self.check.spares_familiar

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
