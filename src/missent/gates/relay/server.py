"""Runs the relay until it is told to stop."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

import structlog

from missent.core.errors import ConfigError
from missent.gates.confirm import Confirm, LocalAttempts
from missent.gates.dispose import Dispose
from missent.gates.keeper import Keeper
from missent.gates.relay.admission import Peer, Ways
from missent.gates.relay.conversation import Conversation
from missent.gates.relay.desk import Desk
from missent.gates.relay.options import LOOPBACK
from missent.gates.relay.routes import Routes
from missent.serving.networks import inside
from missent.smtp.client.ways import delivery
from missent.smtp.listener import Listener

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Sequence

    from missent.gates.confirm import Attempts
    from missent.gates.interface import Assess
    from missent.gates.relay.options import RelayOptions
    from missent.hold.room import Room
    from missent.smtp.client.interface import Delivery

_log = structlog.get_logger("missent.relay")


@asynccontextmanager
async def serving(
    options: RelayOptions,
    assess: Assess,
    sockets: Sequence[socket.socket] = (),
    attempts: Attempts | None = None,
    implicit: Sequence[socket.socket] = (),
    *,
    room: Room | None = None,
) -> AsyncIterator[tuple[tuple[str, int], ...]]:
    """Relay mail until the end of the `with`; on leaving, messages under way are finished.

    Args:
        options: where to listen, whom to serve, where mail goes.
        assess: decides about recipients, and remembers what was sent.
        sockets: listening already, perhaps shared with other processes; without them the address
            of the options is listened on.
        attempts: what senders tried before, shared by all processes; without it each has its own.
        implicit: as `sockets`, for TLS from the first octet.
        room: keeps what is held, where that is the way.

    Yields:
        The addresses and ports, those of implicit TLS last.

    Raises:
        ConfigError: the outbox or the certificates cannot be used, or the next hop is ourselves.
        OSError: the address cannot be listened on.
    """
    ways = _ways(options)
    confirm = Confirm(attempts or LocalAttempts(), time.time, options.patience)
    keeper = Keeper(room, options.deadline) if room and options.hold_by == "hold" else None
    dispose = Dispose(assess, confirm, keeper, once=options.hold_by != "refuse")
    desk = Desk(assess, dispose, options.deadline, options.on_error)

    @lru_cache(maxsize=4096)
    def known(peer: str) -> Peer:
        return Peer(peer, inside(peer, options.networks), inside(peer, LOOPBACK))

    def conversation(peer: str) -> Conversation:
        return Conversation(options, desk, ways, known(peer), keeper)

    listener = Listener(options.listen, conversation)
    try:
        names = await listener.open(sockets, implicit)
        _log.info("relay ready", listen=[f"{host}:{port}" for host, port in names])
        yield names
    finally:
        await listener.close()
        if ways.delivery is not None:
            await ways.delivery.close()
        if ways.routes is not None:
            await ways.routes.close()
        _log.info("relay stopped")


def _ways(options: RelayOptions) -> Ways:
    listen = options.listen
    ends = [route.upstream for route in options.routes]
    for upstream in (*ends, options.upstream):
        if upstream and (upstream.host, upstream.port) == (listen.host, listen.port):
            raise ConfigError(f"the upstream {upstream.host}:{upstream.port} is this relay itself")
    routes = None
    if options.routes:
        routes = Routes(options.routes, listen.hostname, listen.limits.size)
    return Ways(_delivery(options), routes, listen.tls is not None, options.clear_on_loopback)


def _delivery(options: RelayOptions) -> Delivery | None:
    listen, upstream = options.listen, options.upstream
    if upstream is None and options.routes:
        return None  # nobody looks into the outbox of a relay that sends
    return delivery(upstream or options.outbox, listen.hostname, listen.limits.size)
