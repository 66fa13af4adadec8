"""Zones whose names the tables list nearly all, and the listed names one edit away from a label.

One edit leaves one half of a label as it is, or swaps the two letters where the halves meet: so the
labels of a zone are sorted by how they begin and by how they end, and nothing is scanned.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from missent.core import suffixes
from missent.core.slips import once
from missent.core.tables import protected, providers

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

ZONES = frozenset({"mil", "gov", "edu"})
_SHORTEST = 6  # a label that two countries would hardly share
_HABITS = frozenset({"com", "net", "org"})


class _Labels(NamedTuple):
    """The labels of a zone that have so many letters, in two orders.

    Attributes:
        forwards: sorted.
        backwards: each read from its end, sorted.
    """

    forwards: Sequence[str]
    backwards: Sequence[str]


@cache
def _listed(zone: str) -> Mapping[int, _Labels]:
    """The registered labels of a zone by their length."""
    found: dict[int, list[str]] = {}
    end = "." + zone
    for name in protected.known():
        if name.endswith(end) and name.count(".") == 1:
            label = name[: -len(end)]
            found.setdefault(len(label), []).append(label)
    return {
        size: _Labels(sorted(labels), sorted([label[::-1] for label in labels]))
        for size, labels in found.items()
    }


def near(name: str) -> Iterator[str]:
    """Listed names whose registered label is one edit away from that of a name in such a zone."""
    below, label, zone, _ = suffixes.split(name)
    before = f"{below}." if below else ""
    for other in _near(label, zone):
        if once(label, other):
            yield f"{before}{other}.{zone}"


def before_a_suffix(typed: str) -> Iterator[str]:
    """The listed name that has a suffix behind it: `army.mil` of `army.mil.ml`.

    Nothing where a country has such a zone, as `mil.br`; and of short names in zones that countries
    have although the list of suffixes lacks them, as `edu.by`.
    """
    below, zone, suffix, known = suffixes.split(typed)
    if zone not in ZONES or not below or not known or protected.zone_of(typed) is not None:
        return
    label = below.rpartition(".")[2]
    if is_sure_before(zone, suffix) or len(label) >= _SHORTEST:
        name = f"{below}.{zone}"
        if protected.is_known(name):
            yield name


def before_com(typed: str, own: Container[str] = ()) -> Iterator[str]:
    """The well-known or own name that has `.com` behind it, from habit: `ox.ac.uk.com`.

    Nothing where the whole name can be registered just so, as `bayern.de.com` below `de.com`.
    """
    name, _, last = typed.rpartition(".")
    if last not in _HABITS or "." not in name or not suffixes.split(typed).below:
        return
    if name in own or protected.is_known(name) or name in providers.popular():
        yield name


def is_sure_before(zone: str, suffix: str) -> bool:
    """Whether such a zone would be listed, if there were one."""
    return zone == "mil" or not suffixes.is_of_a_country(suffix)


def _near(label: str, zone: str) -> Iterator[str]:
    half = len(label) // 2
    first, second = label[:half], label[half:][::-1]
    for size in (len(label) - 1, len(label), len(label) + 1):
        listed = _listed(zone).get(size)
        if listed is not None:
            yield from _beginning(listed.forwards, first)
            yield from (other[::-1] for other in _beginning(listed.backwards, second))
    swapped = label[: half - 1] + label[half] + label[half - 1] + label[half + 1 :]
    if f"{swapped}.{zone}" in protected.known():
        yield swapped


def _beginning(ordered: Sequence[str], start: str) -> Iterator[str]:
    for at in range(bisect_left(ordered, start), len(ordered)):
        if not ordered[at].startswith(start):
            return
        yield ordered[at]
