"""How likely a slip is without any history: by what everybody writes to.

Bayes' rule between two stories of a typed domain: the sender meant a well-known name and slipped,
P(meant) P(slip) P(typed | meant), or meant just this one, P(typed). The last is the share of mail
that goes to an unknown domain of this length, suffix and look; short labels are nearly all taken.
The figures are orders of magnitude, set by hand; where there is history, the fitted model speaks.
"""

from __future__ import annotations

from math import exp, log, log1p
from typing import TYPE_CHECKING, Final

from missent.core import closed_zones, suffixes
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
_RENOWNED: Final = 200.0  # how much less a twin of a name that everybody knows is believed
_ALL_PROVIDERS: Final = 5000.0  # the weights of providers.txt taken together, about
_ANYONE: Final = {1: 1e-4, 2: 3e-5, 3: 1e-5, 4: 2e-6, 5: 5e-7}  # by length of the label
_ANYONE_LONGER: Final = 1e-7
# Few names lie in these zones, but much mail goes there, and no list of them is complete.
_CLOSED: Final = {"edu": 0.3, "gov": 0.1, "mil": 0.03}
# And to a listed name with a suffix behind it: real where a country has such a zone, unlisted.
_BEHIND: Final = 2e-11
_BEHIND_COUNTRY: Final = 5e-10
_JUMBLE: Final = 0.1  # how much a label that looks mistyped counts against being real
_HABIT: Final = 1.0  # what each doubling or so of the use of the typed name counts for it
_BELIEVED: Final = 100.0  # how much likelier a name is that we believe to exist


def log_odds(case: Case, meant: str, slip: Slip) -> float:
    """The log-odds that `meant` was meant and not the typed domain; -inf for an unknown name."""
    share = _share(meant, case)
    if not share:
        return float("-inf")
    typed = case.address.domain.name
    if typed.startswith(f"{meant}."):
        genuine = _behind(typed, meant)
    else:
        genuine = _genuine(typed, meant) / (_RENOWNED if _is_renowned(typed, meant) else 1.0)
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


def _is_renowned(typed: str, meant: str) -> bool:
    """Whether a name is a twin of one that everybody knows.

    Where the first letter differs it may be real: `uillinois.edu` is.
    """
    label, name = suffixes.split(typed).label, suffixes.split(meant)
    return name.registrable in protected.renowned() and label[0] == name.label[0]


def _behind(typed: str, meant: str) -> float:
    """P(typed) of a name that is a listed one with a suffix behind it."""
    _, zone, suffix, _ = suffixes.split(typed)
    if closed_zones.is_sure_before(zone, suffix):
        return _BEHIND
    return _BEHIND_COUNTRY if zone in closed_zones.ZONES else _genuine(typed, meant)


def _genuine(typed: str, meant: str) -> float:
    parts = suffixes.split(typed)
    label = parts.label or parts.suffix
    share = max(slip_rates.suffix_share(parts.suffix), _CLOSED.get(parts.suffix, 0.0))
    base = _ANYONE.get(len(label), _ANYONE_LONGER) * share / slip_rates.suffix_share("com")
    if providers.is_believed(typed):
        base *= _BELIEVED
    difference = jumble(label) - jumble(suffixes.split(meant).label or meant)
    return base * exp(-_JUMBLE * max(difference, 0.0))
