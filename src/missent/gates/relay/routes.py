"""Which mail server is for whom: each sender's domain has one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

from missent.core.address import Address
from missent.core.errors import AddressError, ConfigError
from missent.smtp.client.dial import Dialler, offers
from missent.smtp.events import Extensions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiosmtplib import SMTP

    from missent.smtp.client.options import UpstreamOptions

MECHANISMS = ("PLAIN", "LOGIN", "XOAUTH2")  # those whose first response names the account
_UNSET = "localhost"
_NOBODY = "[127.0.0.1]"  # as a mail client says; "localhost" is refused here and there
_AGAIN_SECONDS = 30.0  # before a server that is down is asked once more what it offers
_PATIENCE = 2.0  # seconds that a client waits for that; who signs in learns the rest


@dataclass(frozen=True, slots=True)
class RouteOptions:
    """A mail server that our clients sign in at.

    Attributes:
        upstream: where it is; without a user.
        domains: the senders' domains that go by it, as `Domain.name`; none for all others.
    """

    upstream: UpstreamOptions
    domains: frozenset[str] = frozenset()


class Route:
    """One mail server, and what it offered when it was last reached.

    Args:
        options: which one.
        hostname: our name for EHLO.
        size: the largest message of ours, in octets.

    Raises:
        ConfigError: its certificates cannot be read.
    """

    def __init__(self, options: RouteOptions, hostname: str, size: int) -> None:
        self.domains = options.domains
        self.size = size
        try:
            self.dialler = Dialler(options.upstream, _NOBODY if hostname == _UNSET else hostname)
        except OSError as error:
            raise ConfigError(f"the route's cafile cannot be used: {error}") from None
        self._offered: Extensions | None = None
        self._asking: asyncio.Task[None] | None = None
        self._ask_at = 0.0

    @property
    def host(self) -> str:
        """Its name."""
        return self.dialler.options.host

    async def connect(self) -> SMTP | None:
        """Connect, and learn what it offers; None where it cannot be reached."""
        client = await self.dialler.dial()
        if client is not None:
            self._offered = offers(client, self.size)
        return client

    async def extensions(self) -> Extensions | None:
        """What it offers, asked once; None while it cannot be reached, or takes its time."""
        now = asyncio.get_running_loop().time()
        if self._offered is None and self._asking is None and now >= self._ask_at:
            self._asking = self.dialler.spawn(self._ask())
        if self._offered is None and self._asking is not None:
            await asyncio.wait([self._asking], timeout=_PATIENCE)
        return self._offered

    async def close(self) -> None:
        """Wait until every connection is left."""
        if self._asking is not None:
            self._asking.cancel()
        await self.dialler.close()

    async def _ask(self) -> None:
        client = await self.connect()
        self._ask_at = asyncio.get_running_loop().time() + _AGAIN_SECONDS
        self._asking = None
        if client is not None:
            self.dialler.leave(client)


class Routes:
    """All of them.

    Args:
        options: a domain stands in one of them at most, and one at most is for all others.
        hostname: our name for EHLO.
        size: the largest message of ours, in octets.

    Raises:
        ConfigError: certificates cannot be read.
    """

    def __init__(self, options: Sequence[RouteOptions], hostname: str, size: int) -> None:
        self._least = Extensions(size=size, auth=MECHANISMS)
        self._routes = [Route(one, hostname, size) for one in options]
        self._by_domain = {name: route for route in self._routes for name in route.domains}
        self._others = next((route for route in self._routes if not route.domains), None)

    async def extensions(self) -> Extensions:
        """What every server offers that can be reached: nobody has said yet which it will be."""
        found = await asyncio.gather(*(route.extensions() for route in self._routes))
        return reduce(common, (one for one in found if one is not None), self._least)

    def named(self, account: str) -> Route | None:
        """The route of who signs in; None where there is none.

        Args:
            account: a user name: the whole address, or its local part where only one route is.
        """
        if "@" not in account and len(self._routes) == 1:
            return self._routes[0]
        try:
            name = Address.parse(account).domain.name
        except AddressError:
            return None
        return self._by_domain.get(name, self._others)

    def elsewhere(self, sender: Address | None, route: Route) -> str:
        """The server that a sender's domain goes by, where it is another one; "" otherwise.

        A sender whose domain is in no route is the server's to judge.
        """
        other = None if sender is None else self._by_domain.get(sender.domain.name)
        return "" if other is None or other is route else other.host

    async def close(self) -> None:
        """Wait until every connection is left."""
        for route in self._routes:
            await route.close()


def common(one: Extensions, other: Extensions) -> Extensions:
    """What both offer."""
    return replace(
        one,
        size=min(one.size, other.size),
        eight_bit=one.takes_eight_bit and other.takes_eight_bit,
        smtputf8=one.smtputf8 and other.smtputf8,
        auth=tuple(name for name in one.auth if name in other.auth),
    )
