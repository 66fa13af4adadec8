"""Runs every configured gate in one process, until it is told to stop."""

from __future__ import annotations

import asyncio
import resource
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from missent.app import api, gates, hold, web, working
from missent.app.assess import Assessor
from missent.app.domains import asking
from missent.app.names import look_up
from missent.app.places import listen
from missent.app.remember import remembering
from missent.app.wiring import build
from missent.core.address import Address
from missent.core.message import Message, Recipient
from missent.gates.milter import run as milter
from missent.gates.relay import server as relay
from missent.memory.attempts import StoredAttempts
from missent.serving import loop, systemd
from missent.serving.listening import shown

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping, Sequence

    from missent.serving.process import Life
    from missent.settings import Settings

_log = structlog.get_logger("missent.serve")
_SETTINGS = {
    "relay": "relay.listen",
    "relay_tls": "relay.listen_tls",
    "milter": "milter.listen",
    "web": "web.listen",
    "answers": "hold.reply_listen",
}


@dataclass(frozen=True, slots=True)
class Sockets:
    """What the parent opened, to be shared by all processes."""

    relay: Sequence[socket.socket] = ()
    relay_tls: Sequence[socket.socket] = ()
    milter: Sequence[socket.socket] = ()
    web: Sequence[socket.socket] = ()
    answers: Sequence[socket.socket] = ()
    asked: Mapping[str, str] = field(default_factory=dict)  # what the settings said of each place


def work(read: Callable[[], Settings], sockets: Sockets, life: Life) -> int:
    """Be a worker: read the settings anew, serve, and return the exit code."""
    return working.work(lambda: _serve(read(), sockets, life), "missent.serve")


async def _serve(settings: Settings, sockets: Sockets, life: Life) -> None:
    app = build(settings)
    if life.place == 0:
        _tell_moved(sockets.asked, _places(settings))
    async with AsyncExitStack() as stack:
        memory = await stack.enter_async_context(remembering(settings))
        domains = await stack.enter_async_context(asking(settings, memory))
        metrics = api.counting(settings)
        assess = Assessor(app, memory, domains, api.telling(metrics))
        attempts = StoredAttempts(memory.store) if memory else None
        room = await stack.enter_async_context(hold.keeping(settings, memory))
        if room is not None and sockets.answers:
            await stack.enter_async_context(hold.hearing(room, sockets.answers))
        if sockets.web:
            asked = api.Asked(app, assess, memory, domains, room, metrics)
            await stack.enter_async_context(
                web.serving(settings, memory, room, sockets.web, api.routes(settings, asked))
            )
        if (options := gates.milter(settings)) is not None:
            await stack.enter_async_context(
                milter.serving(
                    options[0], assess, sockets.milter, attempts, assess.at_once, room=room
                )
            )
        if (relay_options := gates.relay(settings)) is not None:
            if relay_options.routes:
                _leave_no_core()
            looking = asyncio.create_task(look_up(relay_options))
            stack.callback(looking.cancel)
            await stack.enter_async_context(
                relay.serving(
                    relay_options, assess, sockets.relay, attempts, sockets.relay_tls, room=room
                )
            )
        if settings.exposure is not None:
            from missent.app.watch import watching  # noqa: PLC0415  an extra

            await stack.enter_async_context(watching(settings, room))
        await loop.until_told(life)


def _places(settings: Settings) -> dict[str, str]:
    """What the settings say of each place to listen at."""
    own = gates.relay_section(settings)
    milters = settings.milter.listen if settings.milter else ()
    return {
        "relay.listen": own.listen if own else "",
        "relay.listen_tls": own.listen_tls if own else "",
        "milter.listen": " ".join(milters),
        "web.listen": settings.web.listen if settings.web else "",
        "hold.reply_listen": settings.hold.reply_listen if settings.hold else "",
    }


def _tell_moved(was: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Say which places a reload could not change: the parent opened them at its start."""
    for setting, place in now.items():
        if place != was.get(setting, place):
            _log.warning(
                "not changed by a reload", setting=setting, was=was[setting], now=place,
                mend="restart missent",
            )  # fmt: skip


def _leave_no_core() -> None:
    """Passwords pass through this process: a crash must not write them to the disk."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def warm(settings: Settings) -> None:
    """Load in the parent what a first decision loads: every worker then begins with it.

    Raises:
        ConfigError: no app can be made of the settings.
    """
    slip, fine = Address.parse("somebody@exmaple.com"), Address.parse("somebody@example.com")
    build(settings).screen(Message(fine, (Recipient(slip), Recipient(fine))))


def open_sockets(settings: Settings) -> Sockets:
    """Listen for every configured gate, and log where; the workers inherit the sockets.

    Raises:
        ConfigError: an address cannot be had; with the key and the mend.
    """
    api.share(settings)
    relays: list[socket.socket] = []
    secure: list[socket.socket] = []
    options = gates.relay(settings)
    if options is not None:
        relays.append(listen("relay.listen", options.listen.host, options.listen.port))
        if options.listen.implicit is not None:
            secure.append(listen("relay.listen_tls", *options.listen.implicit))
    found = gates.milter(settings)
    # What systemd opened for us is the milter's: it is the gate that others' sockets need.
    milters = [listening for _, listening in systemd.listening()] if found else []
    if found and not milters:
        milters = [endpoint.listen() for endpoint in found[1]]
    sockets = Sockets(
        relays, secure, milters, web.sockets(settings), hold.sockets(settings), _places(settings)
    )
    for gate, setting in _SETTINGS.items():
        for one in getattr(sockets, gate):
            _log.info("listening", place=shown(one), setting=setting)
    return sockets
