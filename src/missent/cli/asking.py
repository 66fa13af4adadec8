"""Asks the DNS for a command that does not run in an event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from missent.app.domains import resolver

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from missent.app.wiring import SaidOfDomains
    from missent.core.address import Domain
    from missent.dns.resolver import Resolver
    from missent.settings import Settings

_PATIENCE = 60.0  # seconds for a whole batch; the resolver gives each question up long before


class Asking:
    """Facts of domains, from `with` on until its end.

    Args:
        settings: how the DNS is asked; whether the gates do does not matter.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __enter__(self) -> Self:
        self._runner = asyncio.Runner()
        self._resolver: Resolver = self._runner.run(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._resolver.close())
        self._runner.close()

    async def _open(self) -> Resolver:
        return resolver(self._settings)

    def said(self, domains: Sequence[Domain]) -> SaidOfDomains:
        """What the DNS says of them."""
        names = dict.fromkeys(domain.name for domain in domains if not domain.is_literal)
        return self._runner.run(self._resolver.mails(names, _PATIENCE))
