"""What speaks for and against a domain in place of another, as numbers for the model."""

from __future__ import annotations

from functools import lru_cache
from math import exp, log, log1p
from typing import TYPE_CHECKING, Final

from missent.core import slips, suffixes
from missent.core.evidence.case import listed
from missent.core.evidence.measures import (
    LARGE_COST,
    MOST_COST,
    NEVER,
    days,
    just_now,
    places,
)
from missent.core.tables import providers, slip_rates
from missent.core.words import jumble

if TYPE_CHECKING:
    from missent.core.evidence.case import Case
    from missent.core.facts import Facts
    from missent.core.slips import Slip

_MOST_JUMBLE: Final = 45.0

NEAR: Final = 9.0  # a slip of at most this cost makes a candidate count as near
# Beyond this a candidate is not weighed, but a domain at which the very mailbox is known: the model
# was fitted without such candidates.
FAR: Final = 20.0

# One line of words reads better than a column of strings.
KINDS: Final = (  # noqa: SIM905
    "suffix_other suffix_near suffix_and_more labels_swapped labels_cut labels_added "
    "label_shortened label_lengthened cut_short several sound separator missing_hyphen look_alike "
    "transposition doubling undoubling omission insertion substitution"
).split()

NAMES: Final = (
    "cost",
    "edits",
    "edits_per_letter",
    *KINDS,
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

_KIND: Final = places(KINDS)


def numbers(case: Case, meant: str, slip: Slip, candidates: int) -> list[float]:
    """The numbers of `NAMES` for one candidate.

    Args:
        case: the recipient under suspicion.
        meant: the domain that may have been meant.
        slip: how the typed domain comes from it.
        candidates: how many domains may as well have been meant.
    """
    sender, facts, others, typed = case.sender, case.facts, case.beside, case.typed
    history, local = facts.history, case.local
    twin = f"{local}@{meant}"
    everyone = history.address(twin) or NEVER
    own = history.pair(sender, twin) or NEVER
    same = 1.0 if everyone.sent or everyone.received else 0.0
    locals_there = history.locals_at(meant)
    near = near_own = 0.0
    if not same and locals_there:
        near, near_own = _near_local(local, meant, sender, facts)
    there = history.domain(meant) or NEVER
    there_own = history.sender_domain(sender, meant) or NEVER
    parts = suffixes.split(meant)
    alike, known_there = history.locals_like(meant, local)
    cost = min(slip.cost, MOST_COST)
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
        *_KIND.get(slip.kind, _KIND[""]),
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
        days(there, facts.at),
        log1p(providers.popular().get(meant, 0.0)),
        listed(meant),
        1.0 if "_" in meant else 0.0,
        log1p(typed.domain.sent),
        log1p(typed.locals),
        log1p(typed.address.sent),
        log1p(typed.domain_own.sent),
        days(typed.domain, facts.at),
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
        1.0 if just_now(own, everyone, facts.at) else 0.0,
        1.0 if "_" in case.address.domain.name else 0.0,
        alike / (known_there + 1),
        log1p(alike),
        weight,
        weight_own,
        unlikely + weight,
        unlikely + 2 * weight_own,
        same * cost,
        cost if own.sent else 0.0,
        max(cost - LARGE_COST, 0.0),
        exp(-weight),
        unlikely + weight if typed.listed == 1.0 else 0.0,
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


@lru_cache(maxsize=1024)
def _log_share(suffix: str) -> float:
    return log(slip_rates.suffix_share(suffix))
