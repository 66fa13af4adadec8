"""Asks the DNS what each lookalike does with mail, tens of thousands of them in one go.

What was not answered is asked once more at the end. What takes mail is looked at closely: whether
its exchangers have addresses, whether any other name beside it would be answered alike, who runs
it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from ipaddress import ip_address
from secrets import token_hex
from typing import TYPE_CHECKING

from missent.core import suffixes
from missent.core.facts import DomainFacts, Unknown
from missent.exposure.lookalike import Lookalike, State
from missent.exposure.parking import is_parking

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from missent.dns.interface import Kind
    from missent.dns.resolver import Resolver

_AT_A_TIME = 500
_ADDRESSES: tuple[Kind, ...] = ("A", "AAAA")
_EXCHANGERS = 8  # of one name that are looked at


class Survey:
    """One run over many names.

    Args:
        resolver: asks; its pace is ours.
        progress: called with how many of how many are done.
        signed: says whether a name has a DS record; None does not ask.
    """

    def __init__(
        self,
        resolver: Resolver,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
        signed: Callable[[str], Awaitable[bool | None]] | None = None,
    ) -> None:
        self._resolver = resolver
        self._progress = progress
        self._signed = signed
        self._reachable: dict[str, asyncio.Task[bool]] = {}
        self._beside: dict[str, asyncio.Task[DomainFacts | Unknown]] = {}

    async def run(self, names: Sequence[Lookalike]) -> list[Lookalike]:
        """What each of them does with mail, in the same order."""
        found = list(names)
        asked = [i for i, one in enumerate(found) if one.state is State.UNKNOWN]
        await self._all(found, asked)
        again = [i for i in asked if found[i].state is State.UNKNOWN]
        if again:
            self._resolver.forget(found[i].name for i in again)
            await self._all(found, again)
        sharing = Counter(one.operator for one in found if one.operator)
        return [
            replace(one, shared=sharing[one.operator]) if one.operator else one for one in found
        ]

    async def _all(self, found: list[Lookalike], which: Sequence[int]) -> None:
        waiting, done = iter(which), 0

        async def work() -> None:
            nonlocal done
            for i in waiting:
                found[i] = await self._look(found[i])
                done += 1
                self._progress(done, len(which))

        await asyncio.gather(*(work() for _ in range(min(_AT_A_TIME, len(which)))))

    async def _look(self, one: Lookalike) -> Lookalike:
        facts = await self._resolver.mail_of_many(one.name)
        if isinstance(facts, Unknown):
            return replace(one, state=State.UNKNOWN, reason=facts.reason)
        one = replace(one, state=_state(facts), reason="", exchangers=facts.mail_exchangers)
        return await self._closely(one, facts) if facts.takes_mail else one

    async def _closely(self, one: Lookalike, facts: DomainFacts) -> Lookalike:
        hosts = one.exchangers[:_EXCHANGERS]
        reachable = [await self._reaches(host) for host in hosts or (one.name,)]
        if not any(reachable):
            return replace(one, state=State.DEAD_END)
        servers, policy = await asyncio.gather(
            self._resolver.asker.ask(one.name, "NS"),
            self._resolver.asker.ask(f"_mta-sts.{one.name}", "TXT"),
        )
        named = () if isinstance(servers, Unknown) else servers.values
        operator = suffixes.split(hosts[0]).registrable or hosts[0] if hosts else ""
        return replace(
            one,
            operator=operator,
            wildcard=await self._others_like_it(one.name) == facts,
            parked=any(map(is_parking, (*hosts, *named))),
            signed=await self._signed(one.name) if self._signed else None,
            mta_sts=None
            if isinstance(policy, Unknown)
            else any(text.startswith("v=STSv1") for text in policy.values),
        )

    async def _reaches(self, host: str) -> bool:
        if host not in self._reachable:
            self._reachable[host] = asyncio.create_task(self._has_address(host))
        return await self._reachable[host]

    async def _has_address(self, host: str) -> bool:
        """Whether a host has an address that mail can reach, as far as is known."""
        unknown = False
        for kind in _ADDRESSES:
            answer = await self._resolver.asker.ask(host, kind)
            if isinstance(answer, Unknown):
                unknown = True
            elif any(_is_public(address) for address in answer.values):
                return True
        return unknown

    async def _others_like_it(self, name: str) -> DomainFacts | Unknown:
        """What becomes of mail to a name that surely nobody registered, beside this one."""
        parent = name.partition(".")[2]
        if parent not in self._beside:
            stranger = f"{token_hex(8)}.{parent}"
            self._beside[parent] = asyncio.create_task(self._resolver.mail(stranger))
        return await self._beside[parent]


def _is_public(address: str) -> bool:
    ip = ip_address(address)
    return not (ip.is_loopback or ip.is_unspecified or ip.is_link_local or ip.is_multicast)


def _state(facts: DomainFacts) -> State:
    if facts.null_mx:
        return State.NULL
    if facts.mail_exchangers:
        return State.MX
    if facts.has_address:
        return State.IMPLICIT
    return State.MUTE if facts.exists else State.FREE


def operators(found: Iterable[Lookalike]) -> list[tuple[str, int]]:
    """Who takes the mail of several lookalikes, and of how many."""
    sharing = Counter(one.operator for one in found if one.operator)
    return [(operator, count) for operator, count in sharing.most_common() if count > 1]
