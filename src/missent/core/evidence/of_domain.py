"""What speaks for and against a domain in place of another, as numbers for the model."""

from __future__ import annotations

from functools import lru_cache
from math import exp, log, log1p
from typing import TYPE_CHECKING, Final, NamedTuple

from missent.core import suffixes
from missent.core.evidence.case import listed
from missent.core.evidence.measures import (
    LARGE_COST,
    MOST_COST,
    days,
    just_now,
    places,
)
from missent.core.tables import providers, slip_rates
from missent.core.words import jumble

if TYPE_CHECKING:
    from missent.core.evidence.case import Case
    from missent.core.slips import Slip

_MOST_JUMBLE: Final = 45.0

NEAR: Final = 9.0  # a slip of at most this cost makes a candidate count as near
# Beyond this a candidate is not weighed, but a domain at which the very mailbox is known: of the
# real slips none lies there, of the candidates that nobody meant every third.
FAR: Final = 10.0

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
_OTHER_KIND: Final = _KIND[""]


class Evidence:
    """The evidence of one case, candidate by candidate.

    What is the same for all of them is counted once.
    """

    __slots__ = ("_candidates", "_case", "_typed")

    def __init__(self, case: Case, candidates: int) -> None:
        """Count what the typed domain says.

        Args:
            case: the recipient under suspicion.
            candidates: how many domains may as well have been meant.
        """
        self._case = case
        self._typed = _Typed.of(case)
        self._candidates = log1p(candidates)

    def numbers(self, meant: str, slip: Slip) -> list[float]:
        """The numbers of `NAMES` for one candidate.

        Args:
            meant: the domain that may have been meant.
            slip: how the typed domain comes from it.
        """
        case, typed = self._case, self._typed
        sender, at, history = case.sender, case.facts.at, case.facts.history
        there, there_own, everyone, own, locals_there, alike, looked_at, near = case.met(meant)
        same = 1.0 if everyone.sent or everyone.received else 0.0
        parts = suffixes.split(meant)
        label = parts.label
        registrable = parts.registrable
        cost = min(slip.cost, MOST_COST)
        weight = log1p(there.sent + 3 * there.received)
        weight_own = log1p(there_own.sent + there_own.received)
        unlikely = typed.unlikely - cost
        difference = 0.0
        if typed.parts.label != label:
            difference = typed.jumble - jumble(label or meant)
        locals_number = log1p(locals_there)
        return [
            cost,
            float(slip.edits),
            slip.edits / (len(label) or 1),
            *_KIND.get(slip.kind, _OTHER_KIND),
            same,
            log1p(everyone.sent),
            log1p(everyone.received),
            1.0 if own.sent else 0.0,
            log1p(own.sent),
            log1p(own.received),
            same / max(case.with_local, 1) if same else 0.0,
            1.0 if near else 0.0,
            1.0 if any(history.pair(sender, f"{other}@{meant}") for other in near) else 0.0,
            log1p(there.sent),
            log1p(there.received),
            locals_number,
            log1p(there_own.sent),
            log1p(there_own.received),
            days(there, at),
            log1p(providers.popular().get(meant, 0.0)),
            listed(meant, registrable),
            1.0 if "_" in meant else 0.0,
            typed.sent,
            typed.locals,
            typed.address_sent,
            typed.own_sent,
            typed.days,
            typed.listed,
            typed.parent_sent,
            typed.parent_received,
            weight - typed.sent,
            locals_number - typed.locals,
            1.0 if registrable and registrable == typed.registrable else 0.0,
            typed.suffix_unknown,
            typed.log_share - _log_share(parts.suffix),
            typed.label_length,
            typed.label_jumble,
            difference,
            typed.local_length,
            self._candidates,
            log1p(case.beside.get(meant, 0)),
            typed.beside,
            typed.recipients,
            1.0 if just_now(own, everyone, at) else 0.0,
            typed.underscore,
            alike / (looked_at + 1),
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


class _Typed(NamedTuple):
    """What the typed domain says, as numbers; the names are those of `NAMES` or of the case."""

    parts: suffixes.Parts
    registrable: str
    jumble: float
    unlikely: float
    sent: float
    locals: float
    address_sent: float
    own_sent: float
    days: float
    listed: float
    parent_sent: float
    parent_received: float
    suffix_unknown: float
    log_share: float
    label_length: float
    label_jumble: float
    local_length: float
    beside: float
    recipients: float
    underscore: float

    @classmethod
    def of(cls, case: Case) -> _Typed:
        """Those of one case."""
        typed, others, name = case.typed, case.beside, case.address.domain.name
        parts = typed.parts
        return cls(
            parts,
            parts.registrable,
            typed.jumble,
            min(typed.jumble, _MOST_JUMBLE),
            log1p(typed.domain.sent),
            log1p(typed.locals),
            log1p(typed.address.sent),
            log1p(typed.domain_own.sent),
            days(typed.domain, case.facts.at),
            typed.listed,
            log1p(typed.parent.sent),
            log1p(typed.parent.received),
            0.0 if parts.known else 1.0,
            _log_share(parts.suffix),
            min(len(typed.label), 16) / 4,
            typed.jumble / len(typed.label),
            min(len(case.local), 16) / 4,
            log1p(max(others.get(name, 0) - 1, 0)),
            log1p(sum(others.values())),
            1.0 if "_" in name else 0.0,
        )


@lru_cache(maxsize=1024)
def _log_share(suffix: str) -> float:
    return log(slip_rates.suffix_share(suffix))
