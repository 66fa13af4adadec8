"""Looks around for the command line: settings and store in, ranked lookalikes out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from missent.app import domains
from missent.app.remember import open_store
from missent.dns.signed import signed
from missent.exposure.candidates import candidates
from missent.exposure.probe import ProbeOptions, Prober
from missent.exposure.rank import ranked
from missent.exposure.registry import Registry
from missent.exposure.survey import Survey
from missent.report.contact.fetch import Web

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from missent.exposure.lookalike import Lookalike
    from missent.settings import Settings

_YEAR = 365.25 * 86400
_SHORTEST = 30 * 86400  # seconds of mail below which a year is not extrapolated further


@dataclass(frozen=True, slots=True)
class Look:
    """What to look at.

    Attributes:
        names: ours, as `Domain.name`.
        limit: lookalikes of one name at most.
        mass: the share of all slips after which it is enough.
        slips: the share of messages whose domain is mistyped.
        volume: messages a year to each name; None for what the store saw, or 1.
        hello: our name towards mail servers that are to be probed; "" connects to none.
        rdap: whether the registries are asked about names that take mail.
        offline: nobody is asked anything.
    """

    names: Sequence[str]
    limit: int
    mass: float
    slips: float
    volume: float | None
    hello: str = ""
    rdap: bool = False
    offline: bool = False


def look_around(
    settings: Settings, look: Look, progress: Callable[[int, int], None]
) -> list[Lookalike]:
    """What lookalikes of our names do with mail, the worst first.

    Args:
        settings: how the DNS is asked, and the store.
        look: what to look at.
        progress: called with how many of how many are done.

    Raises:
        ConfigError: the DNS cannot be asked like this.
        StoreError: the store cannot be read.
    """
    names = look.names
    if look.volume is not None:
        volumes = dict.fromkeys(names, look.volume)
    else:
        volumes = _received(settings, names)
    return ranked(asyncio.run(survey(settings, look, progress)), volumes, look.slips)


async def survey(
    settings: Settings, look: Look, progress: Callable[[int, int], None]
) -> list[Lookalike]:
    """What lookalikes of our names do with mail, in no order.

    Raises:
        ConfigError: the DNS cannot be asked like this.
    """

    def make() -> list[Lookalike]:
        return [
            one
            for name in look.names
            for one in candidates(name, look.names, look.limit, look.mass)
        ]

    found = await asyncio.to_thread(make)
    if look.offline:
        return found
    resolver = domains.resolver(settings, many=True)
    try:
        asking = partial(signed, resolvers=settings.dns.resolvers)
        surveyed = await Survey(resolver, progress, asking).run(found)
        if look.hello:
            surveyed = await Prober(resolver.asker, ProbeOptions(look.hello)).run(surveyed)
        if look.rdap:
            async with Web() as web:
                surveyed = await Registry(web).run(surveyed)
        return surveyed
    finally:
        await resolver.close()


def _received(settings: Settings, names: Sequence[str]) -> dict[str, float]:
    """Messages a year that came to each of our names, by the store."""
    return asyncio.run(_count(settings, names)) if settings.store.url else {}


async def _count(settings: Settings, names: Sequence[str]) -> dict[str, float]:
    store = await open_store(settings)
    counts, first, last = dict.fromkeys(names, 0), 1 << 62, 0
    try:
        async for batch in store.contacts():
            for contact in batch:
                own = contact.sender.rpartition("@")[2]
                if contact.received and own in counts:
                    counts[own] += contact.received
                first, last = min(first, contact.first or first), max(last, contact.last)
    finally:
        await store.close()
    years = max(last - first, _SHORTEST) / _YEAR
    return {name: count / years for name, count in counts.items() if count}
