"""Says early when a server's name is no name: otherwise it shows when the first mail is late."""

from __future__ import annotations

import asyncio
import socket
from difflib import get_close_matches
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.gates.relay.options import RelayOptions

_log = structlog.get_logger("missent.serve")

# Submission servers of large providers, from docs/tutorials/personal-account.md.
_KNOWN = (
    "smtp-mail.outlook.com",
    "smtp.gmail.com",
    "smtp.mail.me.com",
    "smtp.mail.yahoo.com",
    "smtp.office365.com",
)


async def look_up(options: RelayOptions) -> None:
    """Write a warning for each server that has no address now.

    It is no error: a machine may start before its network.
    """
    loop = asyncio.get_running_loop()
    for key, host in _hosts(options):
        try:
            await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError as error:
            near = get_close_matches(host, _KNOWN, n=1, cutoff=0.8)
            mend = "is it spelled right, and the network up?"
            if near and near[0] != host:
                mend = f"did you mean {near[0]}?"
            _log.warning("server not found", setting=key, host=host, reason=str(error), mend=mend)


def _hosts(options: RelayOptions) -> Iterator[tuple[str, str]]:
    if options.upstream is not None:
        yield "relay.upstream", options.upstream.host
    for number, route in enumerate(options.routes, 1):
        yield f"relay.route[{number}].upstream", route.upstream.host
