"""How likely a slip is without any history: by what everybody writes to.

Bayes' rule between two stories of a typed domain: the sender meant a well-known name and slipped,
P(meant) P(slip) P(typed | meant), or meant just this one, P(typed). The last is the share of mail
that goes to an unknown domain of this length, suffix and look; short labels are nearly all taken.
The figures are orders of magnitude, set by hand; where there is history, the fitted model speaks.
"""

from __future__ import annotations

from math import exp, log, log1p
from typing import TYPE_CHECKING, Final

from missent.core import suffixes
from missent.core.tables import protected, providers, slip_rates
from missent.core.words import jumble

if TYPE_CHECKING:
    from missent.core.evidence.case import Case
    from missent.core.slips import Slip

_SLIP: Final = 0.0086  # of all addresses that are typed by hand, so many are mistyped
_OWN: Final = 0.1  # of all mail, so much goes to each of one's own domains and partners,
_BY_SENDER: Final = 5.0
_BY_COLLEAGUES: Final = 3.0
_PROTECTED: Final = 1e-4  # and to a name in a protected zone
_ALL_PROVIDERS: Final = 5000.0  # the weights of providers.txt taken together, about
_ANYONE: Final = {1: 1e-4, 2: 3e-5, 3: 1e-5, 4: 2e-6, 5: 5e-7}  # by length of the label
_ANYONE_LONGER: Final = 1e-7
# Few names lie in these zones, but much mail goes there, and no list of them is complete.
_CLOSED: Final = {"edu": 0.3, "gov": 0.1, "mil": 0.03}
_JUMBLE: Final = 0.1  # how much a label that looks mistyped counts against being real
_HABIT: Final = 1.0  # what each doubling or so of the use of the typed name counts for it
_BELIEVED: Final = 100.0  # how much likelier a name is that we believe to exist


def log_odds(case: Case, meant: str, slip: Slip) -> float:
    """The log-odds that `meant` was meant and not the typed domain; -inf for an unknown name."""
    share = _share(meant, case)
    if not share:
        return float("-inf")
    genuine = _genuine(case.address.domain.name, meant)
    habit = log1p(case.typed.domain.sent)
    return log(share * _SLIP * _used(meant, case)) - slip.cost - log(genuine) - _HABIT * habit


def _used(name: str, case: Case) -> float:
    """How much likelier a well-known name is meant by those who have written to it."""
    history = case.facts.history
    if history.sender_domain(case.sender, name):
        return _BY_SENDER
    return _BY_COLLEAGUES if history.domain(name) else 1.0


def _share(name: str, case: Case) -> float:
    if name in case.facts.own_domains:
        return _OWN
    weight = providers.popular().get(name)
    if weight is not None:
        return weight / _ALL_PROVIDERS
    return _PROTECTED if protected.is_known(name) else 0.0


def _genuine(typed: str, meant: str) -> float:
    parts = suffixes.split(typed)
    label = parts.label or parts.suffix
    share = max(slip_rates.suffix_share(parts.suffix), _CLOSED.get(parts.suffix, 0.0))
    base = _ANYONE.get(len(label), _ANYONE_LONGER) * share / slip_rates.suffix_share("com")
    if providers.is_believed(typed):
        base *= _BELIEVED
    difference = jumble(label) - jumble(suffixes.split(meant).label or meant)
    return base * exp(-_JUMBLE * max(difference, 0.0))
