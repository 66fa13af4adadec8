"""What may have been meant: names near the typed one among those that are known."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from missent.core import closed_zones, slips, suffixes
from missent.core.evidence import of_domain
from missent.core.known import has_written, listed
from missent.core.neighbours import GrowingIndex, domain_keys, filing_keys, gather
from missent.core.tables import protected, providers, suffix_slips

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missent.core.evidence.case import Case
    from missent.core.facts import Correspondence
    from missent.core.slips import Slip

_MOST_WITH_LOCAL = 100  # a local part that is known at more domains (`info`) tells none of them
_SHORTEST_CLOSED = 7  # of short names, one edit from each other, not enough are listed
_SHORTEST_OF_RENOWN = 5  # one letter less than the shortest name that everybody knows
_SUFFIX_KINDS = frozenset({"suffix_near", "suffix_other", "suffix_and_more"})
_NAMING_KINDS = frozenset({"label_shortened", "label_lengthened", "labels_cut", "labels_added"})
_MOST_LOCALS = 16  # numbered accounts by the thousand must not cost time


class Candidate(NamedTuple):
    """A name that may have been meant, and the slip that makes the typed one of it."""

    name: str
    slip: Slip


def domains_in_history(case: Case) -> list[Candidate]:
    """Domains that were written to before; far ones only where the very mailbox is known there."""
    typed, local, history = case.address.domain.name, case.local, case.facts.history
    near = list(history.domains_near(typed))
    same = case.known_at
    if len(same) > _MOST_WITH_LOCAL:
        same = [name for name in near if history.address(f"{local}@{name}") is not None]
    found = _explained(typed, [name for name in near if name not in same], of_domain.FAR)
    found += _explained(typed, same)
    return [c for c in found if not _is_lookalike(c.name, history)]


def _is_lookalike(name: str, history: Correspondence) -> bool:
    """Whether a name that never wrote is a well-known one under a suffix that people slip to."""
    return (
        bool(_other_suffix(name)) and name not in listed() and not has_written(history.domain(name))
    )


def domains_in_tables(case: Case) -> list[Candidate]:
    """Own domains, mail providers and names in protected zones.

    Without history, only slips of the fingers count: that a name is part of another, or stands
    under another country's suffix too, is how names are.
    """
    typed, own = case.address.domain.name, case.facts.own_domains
    below, label, suffix, _ = suffixes.split(typed)
    closed = suffix in closed_zones.ZONES
    names = _near(own, typed) if own else []
    if closed or protected.zone_of(typed) is None:
        names += _near(_well_known(), typed)
        names += _other_suffix(typed)
        if closed and len(label) >= _SHORTEST_OF_RENOWN:
            near = closed_zones.near(typed)
            names += near if len(label) >= _SHORTEST_CLOSED else filter(_is_renowned, near)
    found: list[Candidate] = []
    if names:
        names = list(dict.fromkeys(names))
        found = [c for c in _explained(typed, names) if _is_of_the_fingers(c, suffix)]
    if not below:
        return found
    behind = {*closed_zones.before_a_suffix(typed), *closed_zones.before_com(typed, own)}
    return found + _explained(typed, behind)


def _is_renowned(name: str) -> bool:
    return suffixes.split(name).registrable in protected.renowned()


def _is_of_the_fingers(candidate: Candidate, suffix: str) -> bool:
    if candidate.slip.kind in _SUFFIX_KINDS:
        return suffixes.split(candidate.name).suffix in suffix_slips.meant(suffix)
    return candidate.slip.kind not in _NAMING_KINDS


def _by_cost(candidate: Candidate) -> tuple[float, str]:
    return candidate.slip.cost, candidate.name


def locals_in_history(case: Case) -> list[Candidate]:
    """Local parts that were written to before at the very domain."""
    local, _, domain = case.address.key.rpartition("@")
    found = []
    for name in case.facts.history.locals_near(domain, local):
        slip = slips.local(local, name)
        if slip is not None:
            found.append(Candidate(name, slip))
    return sorted(found, key=_by_cost)[:_MOST_LOCALS]


def can_be_meant(name: str) -> bool:
    """Whether mail to a domain name can arrive at all: an old slip is not what was meant."""
    return "_" not in name and suffixes.split(name).known


def _explained(typed: str, names: Iterable[str], limit: float = slips.TOO_FAR) -> list[Candidate]:
    found = []
    for name in names:
        slip = slips.domain(typed, name, limit)
        if slip is not None and can_be_meant(name):
            found.append(Candidate(name, slip))
    return found


@cache
def _well_known() -> frozenset[str]:
    zones = protected.zones()
    return frozenset(
        (*providers.popular(), *protected.names("military"), *(z for z in zones if "." in z))
    )


@lru_cache(maxsize=16)
def _indexed(names: frozenset[str]) -> tuple[tuple[str, ...], GrowingIndex]:
    ordered, index = tuple(sorted(names)), GrowingIndex()
    for number, name in enumerate(ordered):
        index.file(number, filing_keys(name))
    return ordered, index


def _near(names: frozenset[str], typed: str) -> list[str]:
    ordered, index = _indexed(names)
    return [ordered[number] for number in gather(index, domain_keys(typed))]


def _other_suffix(typed: str) -> list[str]:
    """The same name under a suffix that people mean who type this one, where it is known there."""
    parts = suffixes.split(typed)
    meant = suffix_slips.meant(parts.suffix)
    if not meant or not parts.label:  # as of most suffixes
        return []
    others = [f"{parts.label}.{suffix}" for suffix in meant]
    return [
        f"{parts.below}.{other}" if parts.below else other
        for other in others
        if protected.is_known(other) or other in providers.popular()
    ]
