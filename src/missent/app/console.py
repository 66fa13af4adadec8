"""What the console shows of the settings, and the sample organisation to try it with."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from missent._version import __version__
from missent.app import hold
from missent.app.remember import open_store
from missent.app.wiring import build
from missent.core.errors import ConfigError
from missent.report import manual
from missent.settings.section import Section
from missent.web.console import site
from missent.web.console.frame import About, Console, Setting
from missent.web.sample.made import make
from missent.web.sample.store import SqlSample
from missent.web.sql.trail import SqlTrail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.routing import Route

    from missent.hold.room import Room
    from missent.memory.sql.store import SqlStore
    from missent.settings import Settings

_HIDDEN = "set, and not shown"
_SECRETS = ("password", "secret")


def about(settings: Settings) -> About:
    """What the pages show of the configuration; no secret is among it."""
    app = build(settings)
    return About(
        __version__,
        app.policy,
        {page.code: page.title for page in manual.pages()},
        app.exceptions.entries,
        tuple(_sections(settings)),
        keeps=_keeps(settings),
        dns=settings.dns.enabled,
    )


def routes(settings: Settings, store: SqlStore, room: Room | None) -> list[Route]:
    """The pages over a store, and over what is held."""
    return site.routes(Console(store, SqlTrail(store), about(settings), room, SqlSample(store)))


def _sections(settings: Settings) -> Iterator[tuple[str, tuple[Setting, ...]]]:
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        many = value if isinstance(value, tuple) else (value,)
        for number, one in enumerate(many, 1):
            if isinstance(one, Section):
                title = f"{name}, {number} of {len(many)}" if isinstance(value, tuple) else name
                yield title, tuple(_lines(one, ""))


def _lines(section: Section, above: str) -> Iterator[Setting]:
    for name in type(section).model_fields:
        value, key = getattr(section, name), f"{above}{name}"
        if isinstance(value, Section):
            yield from _lines(value, f"{key}.")
        elif isinstance(value, tuple) and value and isinstance(value[0], Section):
            for number, one in enumerate(value, 1):
                yield from _lines(one, f"{key}[{number}].")
        else:
            yield Setting(key, _said(name, value), name in section.model_fields_set)


def _said(name: str, value: object) -> str:
    if value is None or value in {"", ()}:
        return "none"
    if any(word in name for word in _SECRETS) and not name.endswith("_file"):
        return _HIDDEN
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _keeps(settings: Settings) -> bool:
    """Whether what is released stays in an outbox on this machine."""
    relay, own = settings.relay, settings.hold
    return own is not None and own.upstream is None and relay is not None and not relay.upstream


async def lay(settings: Settings) -> None:
    """Lay the sample organisation into the store.

    Raises:
        ConfigError: it has no place here: mail could leave this machine, or the store is in use.
        StoreError: the store cannot be had.
    """
    if settings.hold is None or not _keeps(settings):
        raise ConfigError(
            "the sample belongs where no mail leaves the machine: it needs [hold] without an"
            " upstream, and [relay] with an outbox"
        )
    options = hold.options(settings)
    store = await open_store(settings, make=True)
    try:
        sample = SqlSample(store)
        now = int(time.time())
        if await sample.there():
            raise ConfigError("the sample is there already; missent sample remove takes it away")
        if await store.decisions(limit=1) or options is None:
            raise ConfigError("the store is in use; lay the sample into an empty one")
        await sample.lay(make(now), options.keys)
    finally:
        await store.close()


async def link(settings: Settings) -> str:
    """A link that signs the administrator in; "" where that account has a password.

    Raises:
        ConfigError: there is no console, or no store.
        StoreError: the store cannot be had.
    """
    from missent.web.signin.first import first_link  # noqa: PLC0415  loads what hashes passwords

    if settings.web is None:
        raise ConfigError("there is no console to sign in to: add [web], with its url")
    store = await open_store(settings, make=True)
    try:
        return await first_link(store, settings.web.url.rstrip("/"))
    finally:
        await store.close()


async def clear(settings: Settings, who: str) -> int:
    """Take the sample away; how many decisions and messages.

    Args:
        settings: they name the store.
        who: does it, as the trail names them.

    Raises:
        ConfigError: there is no store.
        StoreError: it cannot be had.
    """
    store = await open_store(settings)
    try:
        sample = SqlSample(store)
        if not await sample.there():
            return 0
        await SqlTrail(store).record(who, "remove sample", sample.domain)
        return await sample.remove()
    finally:
        await store.close()
