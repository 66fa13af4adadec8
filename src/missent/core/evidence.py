"""What speaks for and against "this was meant instead", as numbers for the model.

One function for a domain in place of another, one for a local part in place of another at the same
domain. Counts enter as log(1 + n), times as log(1 + days). The names stand in the order of the
numbers; the model's table repeats them, so that a table of another make is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sized
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from math import exp, log, log1p
from typing import TYPE_CHECKING, Final, NamedTuple

from missent.core import known, slips, suffixes
from missent.core.facts import Use
from missent.core.tables import providers, slip_rates
from missent.core.words import jumble

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from missent.core.address import Address
    from missent.core.facts import Correspondence, Facts
    from missent.core.message import Message
    from missent.core.slips import Slip

_NEVER: Final = Use()
_DAY: Final = 86400
_JUST_NOW: Final = 2 * _DAY
_MOST_COST: Final = 30.0
_LARGE_COST: Final = 8.0
_MOST_JUMBLE: Final = 45.0
_MOST_ELSEWHERE: Final = 4

NEAR: Final = 9.0  # a slip of at most this cost makes a candidate count as near
# Beyond these a candidate is not weighed, but a domain at which the very mailbox is known: the
# models were fitted without such candidates.
FAR: Final = {"domain": 20.0, "local": 16.0}

# One line of words reads better than a column of strings.
DOMAIN_KINDS: Final = (  # noqa: SIM905
    "suffix_other suffix_near suffix_and_more labels_swapped labels_cut labels_added "
    "label_shortened label_lengthened cut_short several sound separator missing_hyphen look_alike "
    "transposition doubling undoubling omission insertion substitution"
).split()
LOCAL_KINDS: Final = (  # noqa: SIM905
    "omission undoubling insertion doubling substitution look_alike transposition several sound "
    "separator missing_dot extra_dot missing_hyphen label_shortened initial_moved"
).split()

DOMAIN: Final = (
    "cost",
    "edits",
    "edits_per_letter",
    *DOMAIN_KINDS,
    "same_local",
    "same_local_sent",
    "same_local_received",
    "same_local_sender",
    "same_local_sender_sent",
    "same_local_sender_received",
    "same_local_only_there",
    "near_local",
    "near_local_sender",
    "meant_sent",
    "meant_received",
    "meant_locals",
    "meant_sender_sent",
    "meant_sender_received",
    "meant_days",
    "meant_provider",
    "meant_listed",
    "meant_underscore",
    "typed_sent",
    "typed_locals",
    "typed_address_sent",
    "typed_sender_sent",
    "typed_days",
    "typed_listed",
    "typed_parent_sent",
    "typed_parent_received",
    "sent_ratio",
    "locals_ratio",
    "same_registrable",
    "suffix_unknown",
    "suffix_share",
    "label_length",
    "label_jumble",
    "jumble_difference",
    "local_length",
    "candidates",
    "beside_meant",
    "beside_typed",
    "recipients",
    "meant_just_now",
    "typed_underscore",
    "typed_local_alike",
    "typed_local_alike_many",
    "meant_weight",
    "meant_weight_sender",
    "balance",
    "balance_sender",
    "same_cost",
    "same_sender_cost",
    "cost_beyond",
    "meant_rare",
    "listed_balance",
)

LOCAL: Final = (
    "cost",
    "edits",
    *LOCAL_KINDS,
    "length",
    "digits_differ",
    "only_digits_differ",
    "first_letter_differs",
    "first_part_same",
    "last_part_same",
    "parts",
    "parts_equal",
    "cut",
    "meant_sender_sent",
    "meant_sender_received",
    "meant_sent",
    "meant_received",
    "meant_days",
    "meant_elsewhere",
    "meant_just_now",
    "typed_sent",
    "typed_days",
    "typed_bounced",
    "sent_ratio",
    "domain_sent",
    "domain_locals",
    "domain_sender_sent",
    "domain_sender_received",
    "domain_provider",
    "sender_inside",
    "candidates",
    "beside",
    "recipients",
    "jumble",
    "jumble_difference",
    "typed_elsewhere",
    "typed_alike",
    "meant_alike",
    "meant_weight",
    "meant_weight_sender",
    "balance",
    "balance_sender",
    "cost_beyond",
    "meant_rare",
    "typed_used",
)


def _places(kinds: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """By kind of slip: 1 in its place, 0 in the others; "" stands for kinds without a place."""
    none = (0.0,) * len(kinds)
    return {"": none} | {kind: (*none[:at], 1.0, *none[at + 1 :]) for at, kind in enumerate(kinds)}


_DOMAIN_KIND: Final = _places(DOMAIN_KINDS)
_LOCAL_KIND: Final = _places(LOCAL_KINDS)


@dataclass(frozen=True)
class Case:
    """One recipient under suspicion, with what is asked of it again for each candidate.

    Attributes:
        address: the recipient as typed.
        sender: `Address.key` of who writes, "" where not known.
        facts: what is known.
        beside: how many recipients of the message lie at each domain.
    """

    address: Address
    sender: str
    facts: Facts
    beside: Mapping[str, int]

    @classmethod
    def of(cls, address: Address, message: Message, facts: Facts) -> Case:
        """The case of one recipient of a message."""
        sender = message.mail_from.key if message.mail_from else ""
        return cls(address, sender, facts, _beside(message))

    @cached_property
    def local(self) -> str:
        """The local part as it is known: that of `Address.key`."""
        return self.address.key.rpartition("@")[0]

    @cached_property
    def with_local(self) -> int:
        """At how many domains this local part is known."""
        return _how_many(self.facts.history.domains_with(self.local)) - self.came_back

    @cached_property
    def came_back(self) -> bool:
        """Whether the typed address is known by its bounces alone, which is no acquaintance."""
        use = self.facts.history.address(self.address.key)
        return use is not None and use.bounced > 0 and not known.is_used(use)

    @cached_property
    def alike(self) -> float:
        """The share of the typed domain's local parts that are built like the typed one."""
        return _alike(self.facts.history, self.address.domain.name, self.local)

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
    parent = _NEVER
    if parts.registrable != name:
        parent = history.domain(parts.registrable) or _NEVER
    return Typed(
        parts,
        label,
        jumble(label),
        _listed(name),
        history.domain(name) or _NEVER,
        max(history.locals_at(name) - case.came_back, 0),  # a view may count none that it knows
        history.sender_domain(case.sender, name) or _NEVER,
        history.address(case.address.key) or _NEVER,
        parent,
    )


# The last message and its counts: all its recipients and checks ask for the same ones, and anew
# for each they would take the square of their number.
_last: tuple[Message, Mapping[str, int]] | None = None


def _beside(message: Message) -> Mapping[str, int]:
    global _last  # noqa: PLW0603  a memo of one
    last = _last
    if last is None or last[0] is not message:
        everyone = chain(message.recipients, message.beside)
        last = message, Counter([r.address.domain.name for r in everyone])
        _last = last
    return last[1]


def for_domain(case: Case, meant: str, slip: Slip, candidates: int) -> list[float]:
    """The numbers of `DOMAIN` for one candidate.

    Args:
        case: the recipient under suspicion.
        meant: the domain that may have been meant.
        slip: how the typed domain comes from it.
        candidates: how many domains may as well have been meant.
    """
    sender, facts, others, typed = case.sender, case.facts, case.beside, case.typed
    history, local = facts.history, case.local
    twin = f"{local}@{meant}"
    everyone = history.address(twin) or _NEVER
    own = history.pair(sender, twin) or _NEVER
    same = 1.0 if everyone.sent or everyone.received else 0.0
    locals_there = history.locals_at(meant)
    near = near_own = 0.0
    if not same and locals_there:
        near, near_own = _near_local(local, meant, sender, facts)
    there = history.domain(meant) or _NEVER
    there_own = history.sender_domain(sender, meant) or _NEVER
    parts = suffixes.split(meant)
    alike, known_there = history.locals_like(meant, local)
    cost = min(slip.cost, _MOST_COST)
    weight = log1p(there.sent + 3 * there.received)
    weight_own = log1p(there_own.sent + there_own.received)
    unlikely = min(typed.jumble, _MOST_JUMBLE) - cost
    difference = 0.0
    if typed.parts.label != parts.label:
        difference = typed.jumble - jumble(parts.label or meant)
    return [
        cost,
        float(slip.edits),
        slip.edits / max(len(parts.label), 1),
        *_DOMAIN_KIND.get(slip.kind, _DOMAIN_KIND[""]),
        same,
        log1p(everyone.sent),
        log1p(everyone.received),
        1.0 if own.sent else 0.0,
        log1p(own.sent),
        log1p(own.received),
        same / max(case.with_local, 1) if same else 0.0,
        near,
        near_own,
        log1p(there.sent),
        log1p(there.received),
        log1p(locals_there),
        log1p(there_own.sent),
        log1p(there_own.received),
        _days(there, facts.at),
        log1p(providers.popular().get(meant, 0.0)),
        _listed(meant),
        1.0 if "_" in meant else 0.0,
        log1p(typed.domain.sent),
        log1p(typed.locals),
        log1p(typed.address.sent),
        log1p(typed.domain_own.sent),
        _days(typed.domain, facts.at),
        typed.listed,
        log1p(typed.parent.sent),
        log1p(typed.parent.received),
        weight - log1p(typed.domain.sent),
        log1p(locals_there) - log1p(typed.locals),
        1.0 if parts.registrable and parts.registrable == typed.parts.registrable else 0.0,
        0.0 if typed.parts.known else 1.0,
        _log_share(typed.parts.suffix) - _log_share(parts.suffix),
        min(len(typed.label), 16) / 4,
        typed.jumble / len(typed.label),
        difference,
        min(len(local), 16) / 4,
        log1p(candidates),
        log1p(others.get(meant, 0)),
        log1p(max(others.get(case.address.domain.name, 0) - 1, 0)),
        log1p(sum(others.values())),
        1.0 if _just_now(own, everyone, facts.at) else 0.0,
        1.0 if "_" in case.address.domain.name else 0.0,
        alike / (known_there + 1),
        log1p(alike),
        weight,
        weight_own,
        unlikely + weight,
        unlikely + 2 * weight_own,
        same * cost,
        cost if own.sent else 0.0,
        max(cost - _LARGE_COST, 0.0),
        exp(-weight),
        unlikely + weight if typed.listed == 1.0 else 0.0,
    ]


def for_local(case: Case, meant: str, slip: Slip, candidates: int) -> list[float]:
    """The numbers of `LOCAL` for one candidate; `meant` is a local part at the same domain."""
    address, sender, facts, others = case.address, case.sender, case.facts, case.beside
    history = facts.history
    typed, domain = case.local, address.domain.name
    twin = f"{meant}@{domain}"
    everyone = history.address(twin) or _NEVER
    own = history.pair(sender, twin) or _NEVER
    here = history.address(address.key) or _NEVER
    there = history.domain(domain) or _NEVER
    there_own = history.sender_domain(sender, domain) or _NEVER
    letters, meant_letters = _letters(typed), _letters(meant)
    parts, meant_parts = slips.parts(typed), slips.parts(meant)
    elsewhere = any(other != domain for other in history.domains_with(meant))
    elsewhere_typed = case.with_local - (here != _NEVER and not case.came_back)
    cost = min(slip.cost, _MOST_COST)
    weight = log1p(everyone.sent + 3 * everyone.received)
    weight_own = log1p(own.sent + own.received)
    return [
        cost,
        float(slip.edits),
        *_LOCAL_KIND.get(slip.kind, _LOCAL_KIND[""]),
        min(len(typed), 20) / 4,
        1.0 if _digits(typed) != _digits(meant) else 0.0,
        1.0 if letters == meant_letters else 0.0,
        1.0 if typed[:1] != meant[:1] else 0.0,
        1.0 if parts[0] == meant_parts[0] else 0.0,
        1.0 if parts[-1] == meant_parts[-1] else 0.0,
        float(min(len(parts), 3)),
        1.0 if len(parts) == len(meant_parts) else 0.0,
        1.0 if meant.startswith(typed) or meant.endswith(typed) else 0.0,
        log1p(own.sent),
        log1p(own.received),
        log1p(everyone.sent),
        log1p(everyone.received),
        _days(everyone, facts.at),
        1.0 if elsewhere else 0.0,
        1.0 if _just_now(own, everyone, facts.at) else 0.0,
        log1p(here.sent),
        _days(here, facts.at),
        log1p(here.bounced),
        weight - log1p(here.sent),
        log1p(there.sent),
        log1p(history.locals_at(domain)),
        log1p(there_own.sent),
        log1p(there_own.received),
        log1p(providers.popular().get(domain, 0.0)),
        1.0 if sender.endswith("@" + domain) else 0.0,
        log1p(candidates),
        log1p(max(others.get(domain, 0) - 1, 0)),
        log1p(sum(others.values())),
        jumble(letters) / max(len(letters), 1),
        sum(map(jumble, parts)) - sum(map(jumble, meant_parts)),
        float(min(elsewhere_typed, _MOST_ELSEWHERE)),
        case.alike,
        _alike(history, domain, meant),
        weight,
        weight_own,
        weight - cost,
        weight_own - cost,
        max(cost - _LARGE_COST, 0.0),
        exp(-weight),
        1.0 if here.sent else 0.0,
    ]


def _near_local(local: str, domain: str, sender: str, facts: Facts) -> tuple[float, float]:
    """Whether a local part one edit away is known there, and whether to this very sender."""
    near = 0.0
    for other in facts.history.locals_near(domain, local):
        slip = slips.spell(local, other)
        if slip is not None and slip.edits == 1:
            near = 1.0
            if facts.history.pair(sender, f"{other}@{domain}"):
                return 1.0, 1.0
    return near, 0.0


def _alike(history: Correspondence, domain: str, local: str) -> float:
    alike, known_there = history.locals_like(domain, local)
    return alike / (known_there + 1)


def _listed(name: str) -> float:
    registrable = suffixes.split(name).registrable
    listed = known.listed()
    if name in listed or registrable in listed:
        return 1.0
    believed = providers.believed()
    return 0.5 if name in believed or registrable in believed else 0.0


@lru_cache(maxsize=1024)
def _log_share(suffix: str) -> float:
    return log(slip_rates.suffix_share(suffix))


def _days(use: Use, at: int) -> float:
    return log1p(max(at - use.first, 0) / _DAY) if use.sent else 0.0


def _just_now(own: Use, everyone: Use, at: int) -> bool:
    """The sender has turned to the other one only just now, as people do who correct a slip."""
    return (
        0 < own.sent <= 2  # noqa: PLR2004  once, or once more
        and everyone.sent <= 2  # noqa: PLR2004
        and not everyone.received
        and at - own.last < _JUST_NOW
    )


def _how_many(names: Iterable[str]) -> int:
    return len(names) if isinstance(names, Sized) else sum(1 for _ in names)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalpha())
