"""Looks around for the command line: settings and store in, ranked lookalikes out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from missent.app import domains
from missent.app.remember import open_store
from missent.audit.sources.octets import BROKEN, opened
from missent.core.errors import ConfigError
from missent.dns.signed import signed
from missent.exposure.candidates import candidates
from missent.exposure.certificates import Certificates
from missent.exposure.lookalike import Lookalike, State
from missent.exposure.probe import ProbeOptions, Prober
from missent.exposure.rank import ranked
from missent.exposure.registry import Registry
from missent.exposure.survey import Survey
from missent.report.contact.fetch import Web

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

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
        probe: how mail servers are probed; None connects to none.
        rdap: whether the registries are asked about names that take mail.
        offline: nobody is asked anything.
        certificates: files that tell of certificates.
        unread: called with a file and how many of its entries could not be read.
    """

    names: Sequence[str]
    limit: int
    mass: float
    slips: float
    volume: float | None
    probe: ProbeOptions | None = None
    rdap: bool = False
    offline: bool = False
    certificates: Sequence[Path] = ()
    unread: Callable[[Path, int], None] = lambda _path, _count: None


def look_around(
    settings: Settings, look: Look, progress: Callable[[int, int], None]
) -> list[Lookalike]:
    """What lookalikes of our names do with mail, the worst first.

    Args:
        settings: how the DNS is asked, and the store.
        look: what to look at.
        progress: called with how many of how many are done.

    Raises:
        ConfigError: the DNS cannot be asked like this, or a file cannot be read.
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
    if look.certificates:
        found = await asyncio.to_thread(_certified, found, look)
    if look.offline:
        return found
    resolver = domains.resolver(settings, many=True)
    try:
        asking = partial(signed, resolvers=settings.dns.resolvers)
        surveyed = await Survey(resolver, progress, asking).run(found)
        if look.probe is not None:
            surveyed = await Prober(resolver.asker, look.probe).run(surveyed)
        if look.rdap:
            async with Web() as web:
                surveyed = await Registry(web).run(surveyed)
        return surveyed
    finally:
        await resolver.close()


def _certified(found: Sequence[Lookalike], look: Look) -> list[Lookalike]:
    told = Certificates({one.name for one in found if one.state is not State.OURS})
    for path in look.certificates:
        before = told.skipped
        try:
            with opened(path) as stream:
                told.read(stream)
        except (OSError, *BROKEN) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ConfigError(f"{path}: {reason}; it was to tell of certificates") from None
        if told.skipped > before:
            look.unread(path, told.skipped - before)
    return [told.of(one) for one in found]


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
