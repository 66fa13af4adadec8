"""The memory, opened as the settings say."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from missent.app.values import blame, read_secret
from missent.core.errors import ConfigError, StoreError
from missent.core.permission import Permissions
from missent.memory.load import load
from missent.memory.memory import Memory
from missent.memory.sql.engine import driver_url
from missent.memory.sql.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from missent.memory.snapshot import Snapshot
    from missent.settings import Settings

VARIABLE = "MISSENT_STORE_PASSWORD"
_log = structlog.get_logger("missent.memory")
_DAY = 86400


def password(settings: Settings) -> str | None:
    """The password of the store, from its file or the environment; None where there is none.

    Raises:
        ConfigError: the file cannot be read.
    """
    file = settings.store.password_file
    if file is None:
        return os.environ.get(VARIABLE) or None
    with blame("store.password_file"):
        return read_secret(file)


def examine(settings: Settings) -> None:
    """See whether the store is named rightly, without opening it.

    Raises:
        ConfigError: it is not, or its password cannot be read.
    """
    if settings.store.url:
        given = password(settings)
        with blame("store.url"):
            driver_url(settings.store.url, given)


async def open_store(settings: Settings, *, make: bool = False) -> SqlStore:
    """Open the store alone, for commands that read or write it.

    Args:
        settings: they name it.
        make: whether its file is made where there is none. Who reads or administers what is there
            is not served by an empty one at a misspelt path.

    Raises:
        ConfigError: there is none, or it is named wrongly.
        StoreError: it cannot be had.
    """
    if not settings.store.url:
        raise ConfigError(
            "store.url is not set, so nothing is remembered; write, say, "
            'url = "sqlite:///var/missent.db" under [store]'
        )
    if not make and (file := absent(settings)):
        raise ConfigError(
            f"store.url: there is no file {file}; missent serve, learn, user add and token add make"
            " it; an absolute path has four slashes, sqlite:////PATH"
        )
    return await SqlStore.open(settings.store.url, password(settings))


def absent(settings: Settings) -> Path | None:
    """The file of the store where it is still to be made; None where it is there, or none.

    Raises:
        ConfigError: the store is named wrongly.
    """
    url = driver_url(settings.store.url)
    file = Path(str(url.database)).absolute()
    return None if url.get_backend_name() != "sqlite" or file.exists() else file


def snapshot(settings: Settings) -> tuple[Snapshot, Permissions]:
    """All that is remembered now, for one who does not stay; also where an event loop runs.

    Raises:
        ConfigError: as `open_store`.
        StoreError: likewise.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(_snapshot(settings))).result()


async def _snapshot(settings: Settings) -> tuple[Snapshot, Permissions]:
    store = await open_store(settings)
    try:
        loaded = await load(store)
        exceptions = await store.exceptions()
    finally:
        await store.close()
    if loaded is None:  # only for those who ask for a stop
        raise StoreError("the store was not read to its end; try again")
    return loaded[0], Permissions(tuple(one.permission for one in exceptions))


@contextlib.asynccontextmanager
async def remembering(settings: Settings) -> AsyncIterator[Memory | None]:
    """Keep a memory for one who stays; None where no store is configured.

    What was not used for the days of the settings is forgotten at the start, then daily.

    Raises:
        ConfigError: the store is named wrongly.
        StoreError: it cannot be had.
    """
    if not settings.store.url:
        yield None
        return
    memory = await Memory.open(
        settings.store.url,
        password=password(settings),
        own_domains=frozenset(settings.organisation.domains),
    )
    forgetting = asyncio.create_task(_forget(memory, settings.store.retention_days))
    try:
        yield memory
    finally:
        forgetting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await forgetting
        await memory.close()


async def _forget(memory: Memory, days: int) -> None:
    while True:
        try:
            gone = await memory.expire(int(time.time()) - days * _DAY)
        except StoreError as error:
            _log.warning("nothing was forgotten", reason=str(error))
        else:
            if gone:
                _log.info("forgotten", days=days, rows=dict(gone.rows))
        await asyncio.sleep(_DAY)
