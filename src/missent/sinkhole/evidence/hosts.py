"""The names of clients' addresses, forward-confirmed (FCrDNS), asked beside the conversation."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from typing import TYPE_CHECKING

from missent.core.facts import Unknown

if TYPE_CHECKING:
    from missent.dns.interface import Asker

_REMEMBERED = 100_000
_NAMES = 3  # of one address that are followed; a liar may have thousands
_PARALLEL = 64


class Hosts:
    """Looks up each address once, a bounded number at a time.

    Args:
        asker: the DNS; None asks nothing, and every name is unknown.
    """

    def __init__(self, asker: Asker | None = None) -> None:
        self._asker = asker
        self._known: dict[str, str | Unknown] = {}
        self._waiting: set[asyncio.Task[None]] = set()

    def look_up(self, address: str) -> None:
        """Begin to look up an address, where that makes sense."""
        if self._asker is None or not address or address in self._known:
            return
        if len(self._waiting) >= _PARALLEL:
            return
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[address] = Unknown("not answered yet")
        task = asyncio.get_running_loop().create_task(self._resolve(self._asker, address))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    def name(self, address: str) -> str | Unknown:
        """The confirmed name of an address; "" where it has none."""
        return self._known.get(address, Unknown("not asked"))

    async def close(self) -> None:
        """Give up what is still being asked."""
        for task in list(self._waiting):
            task.cancel()
        await asyncio.gather(*self._waiting, return_exceptions=True)

    async def _resolve(self, asker: Asker, address: str) -> None:
        self._known[address] = await _confirmed(asker, address)


async def _confirmed(asker: Asker, address: str) -> str | Unknown:
    parsed = ip_address(address)
    names = await asker.ask(parsed.reverse_pointer, "PTR")
    if isinstance(names, Unknown):
        return names
    doubt: Unknown | None = None
    for name in names.values[:_NAMES]:
        found = await asker.ask(name, "A" if parsed.version == 4 else "AAAA")  # noqa: PLR2004
        if isinstance(found, Unknown):
            doubt = found
        elif any(_same(address, text) for text in found.values):
            return name
    return doubt or ""


def _same(one: str, other: str) -> bool:
    try:
        return ip_address(one) == ip_address(other)
    except ValueError:
        return False
