"""Mail providers and other domains that everybody may write to without having done so before.

*Popular* ones are what a mistyped domain may have meant; *existing* and *established* ones are
never to be questioned without history, however near they come to a popular one.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from missent.core import suffixes
from missent.core.tables import rows

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def popular() -> Mapping[str, float]:
    """Popular providers of personal mail with their weight: millions of people, in coarse tiers."""
    found: dict[str, float] = {}
    for row in rows("providers.txt"):
        weight, *names = row.split()
        found.update(dict.fromkeys(names, float(weight)))
    return MappingProxyType(found)


@cache
def existing() -> frozenset[str]:
    """Mail services that exist, popular or not, without the typosquats among such lists."""
    return frozenset((*rows("existing.txt"), *popular()))


@cache
def established() -> frozenset[str]:
    """Domains of well-known companies and institutions."""
    return frozenset(name for row in rows("established.txt") for name in row.split())


@cache
def known() -> frozenset[str]:
    """All that exist or are established."""
    return existing() | established()


def is_known(name: str) -> bool:
    """Whether a domain name or its registrable domain is in one of the lists, so that it is real.

    A name below a provider's domain that is no service of its own (`mail.gmail.com`) counts too:
    it is the provider's, not a lookalike's.
    """
    return name in known() or suffixes.split(name).registrable in known()


@cache
def believed() -> frozenset[str]:
    """Domains of organisations, written from memory and not looked at one by one."""
    return frozenset(
        name
        for file in ("established_us.txt", "established_world.txt")
        for row in rows(file)
        for name in row.split()
    )


def is_believed(name: str) -> bool:
    """Whether a domain name or its registrable domain is believed to exist: evidence, no proof."""
    return name in believed() or suffixes.split(name).registrable in believed()
