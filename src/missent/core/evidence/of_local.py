"""What speaks for and against a local part in place of another, as numbers for the model."""

from __future__ import annotations

from math import exp, log1p
from typing import TYPE_CHECKING, Final

from missent.core import slips
from missent.core.evidence.measures import (
    LARGE_COST,
    MOST_COST,
    NEVER,
    alike,
    days,
    just_now,
    places,
)
from missent.core.tables import providers
from missent.core.words import jumble

if TYPE_CHECKING:
    from missent.core.evidence.case import Case
    from missent.core.slips import Slip

_MOST_ELSEWHERE: Final = 4

# Beyond this a candidate is not weighed: the model was fitted without such candidates.
FAR: Final = 16.0

# One line of words reads better than a column of strings.
KINDS: Final = (  # noqa: SIM905
    "omission undoubling insertion doubling substitution look_alike transposition several sound "
    "separator missing_dot extra_dot missing_hyphen label_shortened initial_moved"
).split()

NAMES: Final = (
    "cost",
    "edits",
    *KINDS,
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

_KIND: Final = places(KINDS)


def numbers(case: Case, meant: str, slip: Slip, candidates: int) -> list[float]:
    """The numbers of `NAMES` for one candidate; `meant` is a local part at the same domain."""
    address, sender, facts, others = case.address, case.sender, case.facts, case.beside
    history = facts.history
    typed, domain = case.local, address.domain.name
    twin = f"{meant}@{domain}"
    everyone = history.address(twin) or NEVER
    own = history.pair(sender, twin) or NEVER
    here = history.address(address.key) or NEVER
    there = history.domain(domain) or NEVER
    there_own = history.sender_domain(sender, domain) or NEVER
    letters, meant_letters = _letters(typed), _letters(meant)
    parts, meant_parts = slips.parts(typed), slips.parts(meant)
    elsewhere = any(other != domain for other in history.domains_with(meant))
    elsewhere_typed = case.with_local - (here != NEVER and not case.came_back)
    cost = min(slip.cost, MOST_COST)
    weight = log1p(everyone.sent + 3 * everyone.received)
    weight_own = log1p(own.sent + own.received)
    return [
        cost,
        float(slip.edits),
        *_KIND.get(slip.kind, _KIND[""]),
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
        days(everyone, facts.at),
        1.0 if elsewhere else 0.0,
        1.0 if just_now(own, everyone, facts.at) else 0.0,
        log1p(here.sent),
        days(here, facts.at),
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
        alike(history, domain, meant),
        weight,
        weight_own,
        weight - cost,
        weight_own - cost,
        max(cost - LARGE_COST, 0.0),
        exp(-weight),
        1.0 if here.sent else 0.0,
    ]


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalpha())
