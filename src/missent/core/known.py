"""Which names are known without asking: used, own, provided, protected or established."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from missent.core import suffixes
from missent.core.tables import protected, providers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from missent.core.facts import Facts, Use


class Standing(NamedTuple):
    """How likely mail here is meant for a name, and why, for people.

    Attributes:
        weight: for comparing names with each other; 0 where nothing is known of the name.
        words: what is known of the name, to stand behind it: "the US Army".
    """

    weight: float
    words: str


_HABIT = 5  # messages that did not come back
NOBODY = Standing(0.0, "")


def is_known(name: str, facts: Facts, registrable: str = "") -> bool:
    """Whether a domain name is real for all that is known here, and never to be questioned.

    Args:
        name: as `Domain.name`.
        facts: what is known here.
        registrable: its registrable domain, where that is known already: it spares a look-up.
    """
    names = listed()
    registrable = registrable or suffixes.split(name).registrable
    if registrable in names or (registrable != name and name in names):
        return True
    if facts.own_domains and is_own(name, facts.own_domains):
        return True
    use = facts.history.domain(name)
    return use is not None and is_established(use)


def may_be_known(names: Mapping[str, str], facts: Facts) -> bool:
    """Whether any of some domains may be known: hardly any is, and one question tells of them all.

    Args:
        names: the registrable domain of each.
        facts: what is known here.
    """
    return (
        bool(facts.own_domains and any(is_own(name, facts.own_domains) for name in names))
        or not listed().isdisjoint(names)
        or not listed().isdisjoint(names.values())
        or bool(facts.history.used_among(names.keys()))
    )


@cache
def listed() -> frozenset[str]:
    """The tables' names as one set: asked for every name that looks like a typed one."""
    return providers.known() | protected.known()


def is_own(name: str, own: frozenset[str]) -> bool:
    """Whether a name is one of the organisation's domains or lies below one."""
    while own and name:
        if name in own:
            return True
        name = name.partition(".")[2]
    return False


def is_used(use: Use | None) -> bool:
    """Whether mail has really been exchanged: a slip that bounced makes no acquaintance."""
    return use is not None and (use.confirmed or use.received > 0 or use.sent > use.bounced)


def has_written(use: Use | None) -> bool:
    """Whether a name has proved to be real: it wrote here, or somebody here confirmed it.

    Having been written to, however often, proves nothing: that is how a slip becomes a habit.
    """
    return use is not None and (use.confirmed or use.received > 0)


def is_established(use: Use | None) -> bool:
    """Whether use alone has made a name known: it wrote here, or habit speaks for it.

    One message proves nothing: that is how a slip becomes a habit.
    """
    return has_written(use) or (use is not None and use.sent - use.bounced >= _HABIT)


def standing(  # noqa: PLR0911  one kind of acquaintance a line
    name: str, facts: Facts, sender: str = ""
) -> Standing:
    """How well a name is known here; `sender` is the `Address.key` of who writes, if known."""
    own = facts.history.sender_domain(sender, name) if sender else None
    if own is not None and is_used(own):
        return Standing(2.0 + own.sent + own.received, "a domain that this sender writes to")
    if is_own(name, facts.own_domains):
        return Standing(4.0, "one of your own domains")
    used = facts.history.domain(name)
    if used is not None and is_used(used):
        return Standing(1.0 + used.sent + used.received, "a domain that people here write to")
    weight = providers.popular().get(name)
    if weight is not None:
        return Standing(0.2 + weight / 200, "a popular mail provider")
    if protected.is_known(name):
        return Standing(0.5, protected.label(name))
    if providers.is_known(name):
        return Standing(0.2, "a well-known domain")
    zone = protected.zone_of(name)
    if zone is not None and zone.name != name:
        return Standing(0.02, f"below `.{zone.name}`, {zone.label}")
    return NOBODY
