"""The facts of domains' mail: each asked for once, and kept for as long as it holds."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from time import monotonic
from typing import TYPE_CHECKING

from missent.core.facts import Unknown
from missent.dns.interface import DnsOptions
from missent.dns.mail import mail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from missent.core.facts import DomainFacts
    from missent.dns.interface import Asker

_LEAST, _MOST = 60, 86400  # seconds that an answer is kept, whatever it says
_NOTHING = 300  # where it says nothing: most zones' own word for what is not there
_UNKNOWN = 15  # a resolver that is down is not asked again for every recipient


class Resolver:
    """What becomes of mail to a domain.

    Args:
        asker: who is asked; closed with us.
        options: how much is kept.
    """

    def __init__(self, asker: Asker, options: DnsOptions | None = None) -> None:
        self.asker = asker
        self._kept: OrderedDict[str, tuple[float, DomainFacts | Unknown]] = OrderedDict()
        self._most = (options or DnsOptions()).kept
        self._asking: dict[str, asyncio.Task[DomainFacts | Unknown]] = {}
        self._learned: Callable[[str, DomainFacts, int], None] | None = None

    def tell(self, learned: Callable[[str, DomainFacts, int], None]) -> None:
        """Call this with every new answer, and the seconds that it holds for."""
        self._learned = learned

    def known(self, domain: str) -> DomainFacts | Unknown | None:
        """What is known without asking; None where it is not."""
        kept = self._kept.get(domain)
        if kept is None:
            return None
        until, facts = kept
        return facts if monotonic() < until else None

    def keep(self, domain: str, facts: DomainFacts | Unknown, seconds: float) -> None:
        """Know something for a while."""
        self._kept[domain] = monotonic() + seconds, facts
        self._kept.move_to_end(domain)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def forget(self, domains: Iterable[str]) -> None:
        """Ask anew for these the next time."""
        for domain in domains:
            self._kept.pop(domain, None)

    async def mail(self, domain: str) -> DomainFacts | Unknown:
        """What becomes of mail to a domain (`Domain.name`); those who ask together ask once.

        Who gives up waiting stops nobody: the answer is kept for the next one.
        """
        known = self.known(domain)
        if known is not None:
            return known
        if domain.startswith("["):
            return Unknown("an address literal has no records")
        asking = self._asking.get(domain)
        if asking is None:
            asking = self._asking[domain] = asyncio.create_task(self._ask(domain))
            asking.add_done_callback(lambda _: self._asking.pop(domain, None))
        return await asyncio.shield(asking)

    async def mail_of_many(self, domain: str) -> DomainFacts | Unknown:
        """The same for one of thousands, each of which is asked for by nobody else meanwhile."""
        return self.known(domain) or await self._ask(domain)

    async def mails(
        self, domains: Iterable[str], within: float
    ) -> dict[str, DomainFacts | Unknown]:
        """The facts of several domains; of those that come too late, `Unknown("deadline")`."""
        asking = {domain: asyncio.create_task(self.mail(domain)) for domain in domains}
        if asking:
            await asyncio.wait(asking.values(), timeout=within)
        late = Unknown("deadline")
        found = {domain: task.result() if task.done() else late for domain, task in asking.items()}
        for task in asking.values():
            task.cancel()
        return found

    async def close(self) -> None:
        """Stop asking."""
        for task in self._asking.values():
            task.cancel()
        await self.asker.close()

    async def _ask(self, domain: str) -> DomainFacts | Unknown:
        facts, ttl = await mail(self.asker, domain)
        if isinstance(facts, Unknown):
            self.keep(domain, facts, _UNKNOWN)
            return facts
        ttl = min(max(ttl or _NOTHING, _LEAST), _MOST)
        self.keep(domain, facts, ttl)
        if self._learned is not None:
            self._learned(domain, facts, ttl)
        return facts
