"""One recipient under suspicion, with what is asked of it again for each candidate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sized
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from missent.core import known, suffixes
from missent.core.evidence.measures import NEVER, alike
from missent.core.tables import providers
from missent.core.words import jumble

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from missent.core.address import Address
    from missent.core.facts import Facts, Use
    from missent.core.message import Message

_MOST_COUNTED = 128


@dataclass  # not frozen: every check makes one, and that would take three times as long
class Case:
    """One recipient under suspicion, with what is asked of it again for each candidate.

    Attributes:
        address: the recipient as typed.
        sender: `Address.key` of who writes, "" where not known.
        facts: what is known.
        beside: how many recipients of the message lie at each domain.
        local: the local part as it is known: that of `Address.key`.
    """

    address: Address
    sender: str
    facts: Facts
    beside: Mapping[str, int]

    def __post_init__(self) -> None:
        self.local = self.address.key.rpartition("@")[0]

    @classmethod
    def of(cls, address: Address, message: Message, facts: Facts) -> Case:
        """The case of one recipient of a message."""
        sender = message.mail_from.key if message.mail_from else ""
        return cls(address, sender, facts, _beside(message))

    @cached_property
    def with_local(self) -> int:
        """At how many domains this local part is known; of `info` nobody counts them all."""
        return _how_many(self.facts.history.domains_with(self.local)) - self.came_back

    @cached_property
    def came_back(self) -> bool:
        """Whether the typed address is known by its bounces alone, which is no acquaintance."""
        use = self.facts.history.address(self.address.key)
        return use is not None and use.bounced > 0 and not known.is_used(use)

    @cached_property
    def alike(self) -> float:
        """The share of the typed domain's local parts that are built like the typed one."""
        return alike(self.facts.history, self.address.domain.name, self.local)

    @cached_property
    def typed(self) -> Typed:
        """What is known of what was typed."""
        return _typed(self)


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
        history.domain(name) or NEVER,
        max(history.locals_at(name) - case.came_back, 0),  # a view may count none that it knows
        history.sender_domain(case.sender, name) or NEVER,
        history.address(case.address.key) or NEVER,
        parent,
    )


# The last message and its counts: all its recipients and checks ask for the same ones, and anew
# for each they would take the square of their number.
_last: tuple[Message, Mapping[str, int]] | None = None


def _beside(message: Message) -> Mapping[str, int]:
    if len(message.recipients) == 1 and not message.beside:
        return {message.recipients[0].address.domain.name: 1}
    global _last  # noqa: PLW0603  a memo of one
    last = _last
    if last is None or last[0] is not message:
        everyone = chain(message.recipients, message.beside)
        last = message, Counter([r.address.domain.name for r in everyone])
        _last = last
    return last[1]


def _how_many(names: Iterable[str]) -> int:
    if isinstance(names, Sized):
        return min(len(names), _MOST_COUNTED)
    return sum(1 for _ in islice(names, _MOST_COUNTED))


def listed(name: str, registrable: str) -> float:
    """Whether a domain exists by the tables: surely 1, probably 0.5."""
    names = known.listed()
    if name in names or registrable in names:
        return 1.0
    believed = providers.believed()
    return 0.5 if name in believed or registrable in believed else 0.0
