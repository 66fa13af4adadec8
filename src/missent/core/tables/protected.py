"""Zones and names that deserve more care: armed forces, governments, universities.

A zone (`mil`, `gov.uk`, `mindef.nl`) is a name below which everything is one kind of owner's. The
lists tell which registrable domains exist in some of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from missent.core import suffixes
from missent.core.tables import rows

Kind = Literal["military", "government", "university", "international"]


@dataclass(frozen=True, slots=True)
class Zone:
    """A protected zone.

    Attributes:
        name: the domain name below which it lies, without a leading dot.
        kind: whose it is, coarsely.
        label: whose it is, for people: "the US Army".
    """

    name: str
    kind: Kind
    label: str


@cache
def zones() -> dict[str, Zone]:
    """Every zone by its name."""
    found: dict[str, Zone] = {}
    for row in (*rows("country_zones.txt"), *rows("zones.txt")):  # what was written by hand wins
        name, kind, label = row.split("\t")
        found[name] = Zone(name, cast("Kind", kind), label)
    return found


@cache
def names(kind: Kind) -> frozenset[str]:
    """The listed names of a kind: registrable domains, and hosts whose domain others share."""
    if kind == "military":
        listed = rows("mil.txt")
    elif kind == "government":
        listed = [f"{row}.gov" for row in rows("gov.txt")]
    elif kind == "university":
        listed = rows("universities.txt")
    else:
        listed = []
    return frozenset((*listed, *(z.name for z in zones().values() if z.kind == kind and _owned(z))))


@cache
def known() -> frozenset[str]:
    """The listed names of every kind."""
    kinds: tuple[Kind, ...] = ("military", "government", "university", "international")
    return frozenset().union(*map(names, kinds))


@cache
def renowned() -> frozenset[str]:
    """Names of which no twin in their zone is real, and which very many people write to."""
    return frozenset(name for row in rows("renowned.txt") for name in row.split())


def _owned(zone: Zone) -> bool:
    """Whether a zone is one owner's domain and not a public suffix that many register below."""
    return bool(suffixes.split(zone.name).label)


def zone_of(name: str) -> Zone | None:
    """The innermost zone that a domain name is or lies below, None where it lies in none."""
    table = zones()
    while True:
        zone = table.get(name)
        if zone is not None:
            return zone
        _, dot, name = name.partition(".")
        if not dot:
            return None


def owner(registrable: str) -> str | None:
    """Whose a registrable domain is, "the US Army"; None where the table does not say."""
    zone = zones().get(registrable)
    return zone.label if zone is not None and _owned(zone) else None


def is_known(name: str) -> bool:
    """Whether a domain name or its registrable domain is in the lists, so that it is real."""
    return name in known() or suffixes.split(name).registrable in known()


def label(name: str) -> str:
    """Whose a domain name is, as far as the zones and lists tell; "" otherwise."""
    schools = names("university")
    if name in schools or suffixes.split(name).registrable in schools:
        return "a university"
    zone = zone_of(name)
    return zone.label if zone is not None else ""
