"""What speaks for and against a local part in place of another, as numbers for the model."""

from __future__ import annotations

from math import exp, log1p
from typing import TYPE_CHECKING, Final, NamedTuple

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
_MOST_DOMAINS: Final = 8000  # as many as the model was fitted with; more tell it no more

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
    "domains_known",
    "meant_share",
)

_KIND: Final = places(KINDS)
_OTHER_KIND: Final = _KIND[""]


class Evidence:
    """The evidence of one case, candidate by candidate.

    What is the same for all of them is counted once.
    """

    __slots__ = ("_candidates", "_case", "_typed")

    def __init__(self, case: Case, candidates: int) -> None:
        """Count what the typed local part and the domain say.

        Args:
            case: the recipient under suspicion.
            candidates: how many local parts may as well have been meant.
        """
        self._case = case
        self._typed = _Typed.of(case)
        self._candidates = log1p(candidates)

    def numbers(self, meant: str, slip: Slip) -> list[float]:
        """The numbers of `NAMES` for one candidate.

        Args:
            meant: the local part, at the same domain, that may have been meant.
            slip: how the typed one comes from it.
        """
        case, here = self._case, self._typed
        history, sender, at = case.facts.history, case.sender, case.facts.at
        typed, domain = case.local, case.address.domain.name
        twin = f"{meant}@{domain}"
        everyone = history.address(twin) or NEVER
        own = history.pair(sender, twin) or NEVER
        letters = _letters(meant)
        parts, meant_parts = here.parts, slips.parts(meant)
        cost = min(slip.cost, MOST_COST)
        weight = log1p(everyone.sent + 3 * everyone.received)
        weight_own = log1p(own.sent + own.received)
        return [
            cost,
            float(slip.edits),
            *_KIND.get(slip.kind, _OTHER_KIND),
            here.length,
            1.0 if here.digits != _digits(meant) else 0.0,
            1.0 if here.letters == letters else 0.0,
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
            days(everyone, at),
            1.0 if any(other != domain for other in history.domains_with(meant)) else 0.0,
            1.0 if just_now(own, everyone, at) else 0.0,
            here.sent,
            here.days,
            here.bounced,
            weight - here.sent,
            here.domain_sent,
            here.domain_locals,
            here.domain_own_sent,
            here.domain_own_received,
            here.domain_provider,
            here.sender_inside,
            self._candidates,
            here.beside,
            here.recipients,
            here.jumble,
            here.jumble_of_parts - sum(map(jumble, meant_parts)),
            here.elsewhere,
            case.alike,
            alike(history, domain, meant),
            weight,
            weight_own,
            weight - cost,
            weight_own - cost,
            max(cost - LARGE_COST, 0.0),
            exp(-weight),
            here.used,
            here.domains_known,
            weight - here.domains_known,
        ]


class _Typed(NamedTuple):
    """What the typed address says, as numbers; the names are like those of `NAMES`."""

    parts: list[str]
    letters: str
    digits: str
    length: float
    sent: float
    days: float
    bounced: float
    used: float
    domain_sent: float
    domain_locals: float
    domain_own_sent: float
    domain_own_received: float
    domain_provider: float
    sender_inside: float
    beside: float
    recipients: float
    jumble: float
    jumble_of_parts: float
    elsewhere: float
    domains_known: float

    @classmethod
    def of(cls, case: Case) -> _Typed:
        """Those of one case."""
        history, others, sender = case.facts.history, case.beside, case.sender
        local, domain = case.local, case.address.domain.name
        here = case.use or NEVER
        there = case.domain or NEVER
        own = history.sender_domain(sender, domain) or NEVER
        elsewhere = case.with_local - (here != NEVER and not case.came_back)
        letters, parts = _letters(local), slips.parts(local)
        return cls(
            parts,
            letters,
            _digits(local),
            min(len(local), 20) / 4,
            log1p(here.sent),
            days(here, case.facts.at),
            log1p(here.bounced),
            1.0 if here.sent else 0.0,
            log1p(there.sent),
            log1p(history.locals_at(domain)),
            log1p(own.sent),
            log1p(own.received),
            log1p(providers.popular().get(domain, 0.0)),
            1.0 if sender.endswith("@" + domain) else 0.0,
            log1p(max(others.get(domain, 0) - 1, 0)),
            log1p(sum(others.values())),
            jumble(letters) / max(len(letters), 1),
            sum(map(jumble, parts)),
            float(min(elsewhere, _MOST_ELSEWHERE)),
            log1p(min(history.domains_known(), _MOST_DOMAINS)),
        )


def _digits(text: str) -> str:
    return "" if text.isalpha() else "".join([c for c in text if c.isdigit()])


def _letters(text: str) -> str:
    return text if text.isalpha() else "".join([c for c in text if c.isalpha()])
