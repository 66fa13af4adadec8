"""Who was probably meant: by the model where there is history, by the prior where not."""

from __future__ import annotations

from math import log1p
from typing import TYPE_CHECKING, Final, NamedTuple

from missent.core import candidates, model, prior
from missent.core.evidence import of_domain, of_local
from missent.core.implausible import is_implausible
from missent.core.unmistakable import is_unmistakable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.core.candidates import Candidate
    from missent.core.evidence.case import Case
    from missent.core.facts import Use
    from missent.core.slips import Slip

_LEAST: Final = -4.0  # log-odds below which nobody would want to know
_HABIT: Final = 0.8  # what each doubling or so of a sender's own earlier use takes away
_BOUNCED: Final = 2.0  # what a message that came back adds
_NO_HOST: Final = 3.0  # and a character that no host name has, RFC 952 and 1123
_BOTH: Final = 1.0  # the message goes to the mailbox at the other name, too: a list half mended
_SURE: Final = 2.0  # at least, where hardly any two genuine names are so like each other
_CLOSE: Final = 1.4  # two suspects this near in log-odds are both named
_MOST_NAMED: Final = 2


class Suspect(NamedTuple):
    """A name that was probably meant.

    Attributes:
        log_odds: that it was meant and not the typed one.
        name: the domain, or the local part, that was meant.
        slip: how the typed one comes from it.
    """

    log_odds: float
    name: str
    slip: Slip

    @property
    def probability(self) -> float:
        """The probability that it was meant."""
        return model.probability(self.log_odds)


def domains(case: Case) -> list[Suspect]:
    """Domains that were probably meant, the likeliest first; more than one where it is close."""
    in_history = candidates.domains_in_history(case)
    near = sum(c.slip.cost <= of_domain.NEAR for c in in_history)
    found = _domains(case, in_history, near)
    # Of a name that is listed to exist, only what is known here may tell otherwise.
    in_tables = candidates.domains_in_tables(case)
    for name, slip in in_tables if in_tables and case.typed.listed < 1.0 else ():
        odds = prior.log_odds(case, name, slip)
        if name not in found or odds > found[name].log_odds:
            found[name] = Suspect(odds, name, slip)
    return _best(found, case, _NO_HOST if "_" in case.address.domain.name else 0.0)


def same_mailbox_elsewhere(case: Case) -> list[Suspect]:
    """Domains near the typed one at which this very local part is known."""
    in_history = candidates.domains_in_history(case)
    near = sum(c.slip.cost <= of_domain.NEAR for c in in_history)
    there = [c for c in in_history if _mailbox(case, c.name) is not None]
    return _best(_domains(case, there, near), case)


def locals_(case: Case) -> list[Suspect]:
    """Local parts at the typed domain that were probably meant, the likeliest first."""
    in_history = candidates.locals_in_history(case)
    weighed = [(name, slip) for name, slip in in_history if slip.cost <= of_local.FAR]
    if not weighed:
        return []
    numbers = of_local.Evidence(case, len(in_history)).numbers
    log_odds = model.fitted("local").log_odds
    found = {name: Suspect(log_odds(numbers(name, slip)), name, slip) for name, slip in weighed}
    return _best(found, case)


def _domains(case: Case, weighed: Sequence[Candidate], near: int) -> dict[str, Suspect]:
    """What the model says of those domains that may have been meant, where so many are near."""
    weighed = [c for c in weighed if not is_implausible(case, c.name, c.slip)]
    if not weighed:
        return {}
    numbers, log_odds = of_domain.Evidence(case, near).numbers, model.fitted("domain").log_odds
    found = {}
    for name, slip in weighed:
        odds = log_odds(numbers(name, slip))
        if odds < _SURE and is_unmistakable(case, name, slip):
            odds = _SURE
        if case.beside.get(name) and case.goes_to(f"{case.local}@{name}"):
            odds += _BOTH
        found[name] = Suspect(odds, name, slip)
    return found


def _mailbox(case: Case, domain: str) -> Use | None:
    """How the typed mailbox has been used at another domain."""
    return case.facts.history.address(f"{case.local}@{domain}")


def _best(found: dict[str, Suspect], case: Case, shift: float = 0.0) -> list[Suspect]:
    if not found:
        return []
    shift += _experience(case)
    ranked = sorted(found.values(), key=lambda s: (-s.log_odds, s.name))
    first = ranked[0].log_odds
    if first + shift < _LEAST:
        return []
    return [
        suspect._replace(log_odds=suspect.log_odds + shift)
        for suspect in ranked[:_MOST_NAMED]
        if first - suspect.log_odds < _CLOSE
    ]


def _experience(case: Case) -> float:
    """What the sender's own use of the typed address, and its bounces, say."""
    own, anyone = case.own, case.use
    shift = -_HABIT * log1p(own.sent) if own is not None else 0.0
    return shift + (_BOUNCED if anyone is not None and anyone.bounced else 0.0)
