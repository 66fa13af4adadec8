"""The console, the API and senders' pages, made from the settings."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from missent.app import signin
from missent.app.places import listen_at, need
from missent.core.errors import ConfigError
from missent.memory.sql.store import SqlStore

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Sequence

    from starlette.applications import Starlette
    from starlette.routing import BaseRoute

    from missent.hold.room import Room
    from missent.memory.memory import Memory
    from missent.settings import Settings
    from missent.web.options import WebOptions

_MODULES = (
    *("uvicorn", "starlette", "jinja2", "multipart"),
    *("fastapi", "prometheus_client"),
    *("argon2", "authlib", "pyotp"),
)


def options(settings: Settings) -> WebOptions | None:
    """How it is served; None where it is not to run.

    Raises:
        ConfigError: it cannot be run like this; with the key and the mend.
    """
    own = settings.web
    if own is None:
        return None
    need("web", *_MODULES)
    from missent.web.options import WebOptions  # noqa: PLC0415  an extra

    if not settings.store.url:
        raise ConfigError(
            "[web] shows what the store keeps: add [store], with say "
            'url = "sqlite:////var/lib/missent/missent.db"'
        )
    return WebOptions(own.url.rstrip("/"), own.idle, own.lifetime, own.proxies)


def sockets(settings: Settings) -> list[socket.socket]:
    """Listen where the settings say.

    Raises:
        ConfigError: as `options`; or the address cannot be had.
    """
    if settings.web is None or options(settings) is None:
        return []
    return [listen_at("web.listen", settings.web.listen)]


@asynccontextmanager
async def serving(
    settings: Settings,
    memory: Memory | None,
    room: Room | None,
    listening: Sequence[socket.socket],
    others: Sequence[BaseRoute] = (),
) -> AsyncIterator[None]:
    """Serve until the end of the `with`.

    Args:
        settings: say how.
        memory: what is shown.
        room: what is held, where something is.
        listening: by `sockets`.
        others: what is served besides, such as the API.
    """
    found = options(settings)
    if found is None or memory is None or not isinstance(memory.store, SqlStore):
        yield
        return
    from missent.web import server  # noqa: PLC0415  an extra

    app = compose(settings, found, memory.store, room, others)
    async with server.serving(app, listening):
        yield


def compose(
    settings: Settings,
    found: WebOptions,
    store: SqlStore,
    room: Room | None,
    others: Sequence[BaseRoute],
) -> Starlette:
    """All that is served, as one application.

    Raises:
        ConfigError: something that it needs cannot be read.
    """
    from missent.app import console  # noqa: PLC0415  an extra
    from missent.web import pages, server  # noqa: PLC0415  likewise

    desk, routes = signin.signing_in(settings, store, found)
    routes += console.routes(settings, store, room)
    if room is not None:
        routes += pages.routes(room)
    return server.application([*others, *routes], found, desk.sessions)
