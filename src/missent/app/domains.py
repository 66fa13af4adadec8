"""What the DNS says of recipients' domains, in time for a decision, and kept in the store."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from typing import TYPE_CHECKING

import structlog

from missent.app.values import blame
from missent.core.errors import ConfigError, StoreError
from missent.dns.interface import DnsOptions
from missent.dns.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from missent.app.wiring import SaidOfDomains
    from missent.core.facts import DomainFacts, Unknown
    from missent.core.message import Message
    from missent.memory.interface import Store
    from missent.memory.memory import Memory
    from missent.settings import Settings

_log = structlog.get_logger("missent.dns")
_STORED = 60  # seconds that facts out of the store are used for before they are looked at again
_TOGETHER = 1.0  # seconds during which new facts are gathered for one transaction
_WAITING = 10_000  # new facts that may wait for a store that cannot be had


class Domains:
    """Facts of domains for decisions.

    Args:
        resolver: asks.
        within: seconds that a decision may wait.
        store: where facts are kept across restarts; None keeps them in memory alone.
    """

    def __init__(self, resolver: Resolver, within: float, store: Store | None = None) -> None:
        self._resolver = resolver
        self._within = within
        self._store = store
        self._new: dict[str, tuple[DomainFacts, int]] = {}

    def learned(self, domain: str, facts: DomainFacts, ttl: int) -> None:
        """Note an answer that is new, to be written by `keep`."""
        if self._store is not None and len(self._new) < _WAITING:
            self._new[domain] = facts, ttl

    def at_once(self, message: Message) -> SaidOfDomains | None:
        """What is known of a message's domains; None where somebody must be asked."""
        found: dict[str, DomainFacts | Unknown] = {}
        for name in _names(message):
            known = self._resolver.known(name)
            if known is None:
                return None
            found[name] = known
        return found

    async def gather(self, message: Message) -> SaidOfDomains:
        """What the DNS says of a message's domains; `Unknown` where it does not say so in time."""
        begin = time.monotonic()
        names = _names(message)
        if self._store is not None:
            unknown = [name for name in names if self._resolver.known(name) is None]
            with contextlib.suppress(StoreError, TimeoutError):
                async with asyncio.timeout(self._within):
                    stored = await self._store.facts(unknown, int(time.time())) if unknown else {}
                for name, facts in stored.items():
                    self._resolver.keep(name, facts, _STORED)
        left = self._within - (time.monotonic() - begin)
        return await self._resolver.mails(names, max(left, 0))

    async def keep(self) -> None:
        """Write what is new to the store, now and again, until cancelled."""
        while True:
            await asyncio.sleep(_TOGETHER)
            await self.flush()

    async def flush(self) -> None:
        """Write what is new to the store; a failure is logged, and the facts are asked anew."""
        new, self._new = self._new, {}
        if self._store is None:
            return
        by_ttl: defaultdict[int, dict[str, DomainFacts]] = defaultdict(dict)
        for name, (facts, ttl) in new.items():
            by_ttl[ttl][name] = facts
        try:
            for ttl, those in by_ttl.items():
                await self._store.keep_facts(those, int(time.time()), ttl)
        except StoreError as error:
            _log.warning("facts were not kept", reason=str(error))


def _names(message: Message) -> list[str]:
    return list(
        dict.fromkeys(
            recipient.address.domain.name
            for recipient in message.recipients
            if not recipient.address.domain.is_literal
        )
    )


def options(settings: Settings) -> DnsOptions:
    """How the DNS is asked, by the settings.

    Raises:
        ConfigError: a resolver is named wrongly, or decisions would wait beyond a gate's deadline.
    """
    from missent.dns.ares import checked  # noqa: PLC0415  only where the DNS is asked

    own = settings.dns
    for name, gate in (("relay", settings.relay), ("milter", settings.milter)):
        if own.enabled and gate is not None and own.within >= gate.deadline:
            raise ConfigError(
                f"dns.within: {own.within:g} s must lie below {name}.deadline "
                f"({gate.deadline:g} s); lower the one or raise the other"
            )
    with blame("dns.resolvers"):
        resolvers = tuple(checked(own.resolvers))
    return DnsOptions(resolvers, own.timeout, own.tries, own.rate, own.parallel)


def resolver(settings: Settings, *, many: bool = False) -> Resolver:
    """A resolver by the settings, whether or not the gates ask; for the running event loop.

    Args:
        settings: how the DNS is asked.
        many: it is for thousands of names, most of which do not exist.

    Raises:
        ConfigError: it cannot be had like this.
    """
    from missent.dns.absent import Absent  # noqa: PLC0415  seldom needed
    from missent.dns.ares import Ares  # noqa: PLC0415  an extra

    asked = options(settings)
    with blame("dns"):
        asker = Ares(asked)
        return Resolver(Absent(asker) if many else asker, asked)


@contextlib.asynccontextmanager
async def asking(settings: Settings, memory: Memory | None) -> AsyncIterator[Domains | None]:
    """Facts of domains for one who stays; None where the DNS is not to be asked.

    Raises:
        ConfigError: as `resolver`.
    """
    if not settings.dns.enabled:
        yield None
        return
    asked = resolver(settings)
    domains = Domains(asked, settings.dns.within, memory.store if memory else None)
    asked.tell(domains.learned)
    keeping = asyncio.create_task(domains.keep())
    try:
        yield domains
    finally:
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping
        await domains.flush()
        await asked.close()
