"""The hold room, made from the settings."""

from __future__ import annotations

import secrets
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from missent.app.gates import way
from missent.app.places import listen_at, need
from missent.app.values import blame
from missent.core.address import Address
from missent.core.errors import ConfigError
from missent.hold.answers.letterbox import Letterbox
from missent.hold.dispatch import DispatchOptions
from missent.hold.keys import Keys
from missent.hold.options import RoomOptions
from missent.hold.room import Room
from missent.hold.sql.store import SqlHold
from missent.memory.sql.engine import driver_url
from missent.memory.sql.store import SqlStore
from missent.smtp.listener import Listener, ListenOptions

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Sequence

    from missent.memory.memory import Memory
    from missent.settings import Settings

_DAY = 86_400


def options(settings: Settings) -> RoomOptions | None:
    """The room's options; None where nothing is held and nobody is told.

    Without `[hold]` it only keeps notices until they are sent.

    Raises:
        ConfigError: it cannot be run like this; with the key and the mend.
    """
    own, notice, web = settings.hold, settings.notice, settings.web
    if notice is None:
        if own is not None:
            raise ConfigError("[hold] asks senders by mail: add [notice], with the server for it")
        return None
    if not settings.store.url:
        raise ConfigError(
            f"[{'hold' if own else 'notice'}] keeps what waits in the store: add [store], with say "
            'url = "sqlite:////var/lib/missent/missent.db"'
        )
    route, author = way(settings, notice, "notice"), Address.parse(notice.author)
    journal = own.journal if own and own.journal else _beside(settings.store.url)
    if own is None:
        keys = Keys([secrets.token_bytes(32)])
        return RoomOptions(keys, route, route, author, journal=journal)
    if web is None and own.reply_address is None:
        raise ConfigError(
            "[hold] lets no sender choose: add [web], with the url of its pages, or"
            " hold.reply_address"
        )
    need("hold", "cryptography")
    with blame("hold.key_file"):
        keys = Keys.read(own.key_file)
    return RoomOptions(
        keys,
        way(settings, own, "hold"),
        route,
        author,
        own.hostname,
        Address.parse(own.reply_address) if own.reply_address else None,
        f"{web.url.rstrip('/')}/c/" if web else "",
        own.expires,
        own.an_hour,
        own.review,
        own.record_days * _DAY,
        DispatchOptions(patience=own.retry),
        journal,
    )


def _beside(store: str) -> Path | None:
    with blame("store.url"):
        url = driver_url(store)
    if url.get_backend_name() != "sqlite":
        return None
    return Path(f"{url.database}.taken")


@asynccontextmanager
async def keeping(settings: Settings, memory: Memory | None) -> AsyncIterator[Room | None]:
    """Run the room until the end of the `with`; None where there is none.

    Its tables lie in the memory's store.

    Raises:
        ConfigError: as `options`.
    """
    found = options(settings)
    if found is None or memory is None or not isinstance(memory.store, SqlStore):
        yield None
        return
    room = Room(SqlHold(memory.store), found)
    async with room.running(releases=settings.hold is not None):
        yield room


@asynccontextmanager
async def hearing(room: Room, sockets: Sequence[socket.socket]) -> AsyncIterator[None]:
    """Take the answers to notices until the end of the `with`."""
    listener = Listener(ListenOptions(hostname=room.options.hostname), lambda _: Letterbox(room))
    await listener.open(sockets)
    try:
        yield
    finally:
        await listener.close()


def sockets(settings: Settings) -> list[socket.socket]:
    """Listen for answers to notices, where the settings say so.

    Raises:
        ConfigError: as `options`; or an address cannot be had.
    """
    own = settings.hold
    if options(settings) is None or own is None or not own.reply_listen:
        return []
    return [listen_at("hold.reply_listen", own.reply_listen)]
