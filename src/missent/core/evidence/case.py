"""One recipient under suspicion, with what is asked of it again for each candidate."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from missent.core import known, suffixes
from missent.core.computed import computed
from missent.core.evidence.measures import NEVER, alike
from missent.core.tables import providers
from missent.core.words import jumble

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from missent.core.acquaintance import Acquaintance
    from missent.core.address import Address
    from missent.core.facts import Facts, Use
    from missent.core.message import Message, Recipient

_MOST_COUNTED = 128


@dataclass  # not frozen: every check makes one, and that would take three times as long
class Case:
    """One recipient under suspicion, with what is asked of it again for each candidate.

    Attributes:
        address: the recipient as typed.
        sender: `Address.key` of who writes, "" where not known.
        facts: what is known.
        beside: how many recipients of the message lie at each domain.
        message: the message, None where only the counts of it are given.
        local: the local part as it is known: that of `Address.key`.
    """

    address: Address
    sender: str
    facts: Facts
    beside: Mapping[str, int]
    message: Message | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        self.local = self.address.key.rpartition("@")[0]
        self._met: dict[str, Acquaintance] = {}

    @classmethod
    def of(cls, address: Address, message: Message, facts: Facts) -> Case:
        """The case of one recipient of a message; the same one for all checks that ask in turn."""
        global _made  # noqa: PLW0603  a memo of one
        made = _made
        if made is not None and made[0] is address and made[1] is message and made[2] is facts:
            return made[3]
        sender = message.mail_from.key if message.mail_from else ""
        case = cls(address, sender, facts, _whom(message).beside, message)
        _made = address, message, facts, case
        return case

    def met(self, domain: str) -> Acquaintance:
        """What is known of a domain, and of the local part and the sender there."""
        known_there = self._met.get(domain)
        if known_there is None:
            known_there = self.facts.history.acquaintance(self.sender, self.local, domain)
            self._met[domain] = known_there
        return known_there

    @computed
    def use(self) -> Use | None:
        """How the organisation has used the typed address."""
        return self.facts.history.address(self.address.key)

    @computed
    def own(self) -> Use | None:
        """How the sender has used it."""
        return self.facts.history.pair(self.sender, self.address.key) if self.sender else None

    @computed
    def domain(self) -> Use | None:
        """How the organisation has used the typed domain."""
        return self.facts.history.domain(self.address.domain.name)

    @computed
    def known_at(self) -> Sequence[str]:
        """The domains at which this local part is known; of `info` some of them."""
        return list(islice(self.facts.history.domains_with(self.local), _MOST_COUNTED))

    @computed
    def with_local(self) -> int:
        """At how many domains this local part is known; of `info` nobody counts them all."""
        return len(self.known_at) - self.came_back

    @computed
    def came_back(self) -> bool:
        """Whether the typed address is known by its bounces alone, which is no acquaintance."""
        use = self.use
        return use is not None and use.bounced > 0 and not known.is_used(use)

    def goes_to(self, key: str) -> bool:
        """Whether the message goes to an address, an `Address.key`, as well."""
        return self.message is not None and key in _whom(self.message).keys

    @computed
    def alike(self) -> float:
        """The share of the typed domain's local parts that are built like the typed one."""
        return alike(self.facts.history, self.address.domain.name, self.local)

    @computed
    def typed(self) -> Typed:
        """What is known of what was typed."""
        return _typed(self)


_made: tuple[Address, Message, Facts, Case] | None = None


def let_go() -> None:
    """Forget the last case, and with it the history: all checks have looked at it."""
    global _made  # noqa: PLW0603  a memo of one
    _made = None


class Typed(NamedTuple):
    """What is known of a typed address and of its domain.

    Attributes:
        parts: the domain, cut at its suffix.
        label: what was registered; the whole name where nothing was.
        jumble: how little the label looks like words.
        listed: whether the domain exists: surely 1, probably 0.5.
        domain: how the domain was used.
        locals: how many addresses are known at it.
        domain_own: how this sender used it.
        address: how the address was used.
        parent: how the registrable domain was used, where that is another one.
    """

    parts: suffixes.Parts
    label: str
    jumble: float
    listed: float
    domain: Use
    locals: int
    domain_own: Use
    address: Use
    parent: Use


def _typed(case: Case) -> Typed:
    name, history = case.address.domain.name, case.facts.history
    parts = suffixes.split(name)
    label = parts.label or name
    parent = NEVER
    registrable = parts.registrable
    if registrable != name:
        parent = history.domain(registrable) or NEVER
    return Typed(
        parts,
        label,
        jumble(label),
        listed(name, registrable),
        case.domain or NEVER,
        max(history.locals_at(name) - case.came_back, 0),  # a view may count none that it knows
        history.sender_domain(case.sender, name) or NEVER,
        case.use or NEVER,
        parent,
    )


class _Whom:
    """Whom one message goes to."""

    def __init__(self, message: Message) -> None:
        self.message = message

    @computed
    def beside(self) -> Mapping[str, int]:
        """How many of them lie at each domain."""
        found: dict[str, int] = {}  # a Counter takes as long to make as a decision's other halves
        for recipient in self._all():
            name = recipient.address.domain.name
            found[name] = found.get(name, 0) + 1
        return found

    @computed
    def keys(self) -> frozenset[str]:
        """Each as `Address.key`."""
        return frozenset(r.address.key for r in self._all())

    def _all(self) -> Iterable[Recipient]:
        return chain(self.message.recipients, self.message.beside)


# Of the last message: all its recipients and checks ask for the same ones, and anew for each they
# would take the square of their number.
_last: _Whom | None = None


def _whom(message: Message) -> _Whom:
    global _last  # noqa: PLW0603  a memo of one
    last = _last
    if last is None or last.message is not message:
        last = _last = _Whom(message)
    return last


def listed(name: str, registrable: str) -> float:
    """Whether a domain exists by the tables: surely 1, probably 0.5."""
    names = known.listed()
    if name in names or registrable in names:
        return 1.0
    believed = providers.believed()
    return 0.5 if name in believed or registrable in believed else 0.0
