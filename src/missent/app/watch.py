"""Looks at our lookalikes while the gates run, and tells what changed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import urllib.request
from typing import TYPE_CHECKING

import structlog

from missent.app.exposure import Look, survey
from missent.app.remember import open_store
from missent.core.errors import ConfigError, StoreError
from missent.exposure import since, tell
from missent.exposure.history import History
from missent.smtp.client.options import read_secret

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from missent.exposure.lookalike import Lookalike
    from missent.memory.sql.store import SqlStore
    from missent.settings import Settings
    from missent.settings.exposure import ExposureSection

_log = structlog.get_logger("missent.exposure")
_PURPOSE = "exposure"
_LOOK = 30.0  # seconds between two questions whether it is time
_AGAIN = 600.0  # seconds after a look that failed
_PATIENCE = 15.0  # seconds that a webhook gets


@contextlib.asynccontextmanager
async def watching(settings: Settings) -> AsyncIterator[None]:
    """Watch in the background, where the settings say so.

    Raises:
        ConfigError: there is nothing to watch, or nowhere to keep what was seen.
    """
    own = settings.exposure
    if own is None:
        yield
        return
    if not settings.organisation.domains:
        raise ConfigError("exposure: organisation.domains is empty; name your domains there")
    store = await open_store(settings)
    watch = asyncio.create_task(_watch(settings, own, store))
    try:
        yield
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        await store.close()


async def _watch(settings: Settings, own: ExposureSection, store: SqlStore) -> None:
    while True:
        try:
            # Of all processes that share the store, one looks.
            if await store.attempted(_PURPOSE, "", "", int(time.time()), own.every) is None:
                await look(settings, own, store)
        except (StoreError, ConfigError, OSError) as error:
            _log.warning("lookalikes not looked at", reason=str(error))
            await asyncio.sleep(_AGAIN)
            with contextlib.suppress(StoreError):
                await store.drop_attempt(_PURPOSE, "", "")
        await asyncio.sleep(_LOOK)


async def look(settings: Settings, own: ExposureSection, store: SqlStore) -> int:
    """Look once, tell what changed, and only then keep it; returns how many changes there were.

    Raises:
        OSError: the webhook could not be told; nothing was kept, so that it is told later.
    """
    history = History(store)
    names = settings.organisation.domains
    found = await survey(settings, Look(names, own.limit, 1.0, 0.0, 0.0), lambda _done, _of: None)
    changes = since.changed(found, await history.latest())
    if changes and own.webhook:
        await asyncio.to_thread(_post, own, changes)
    for one, was in changes:
        _log.warning(
            "lookalike changed",
            name=one.name,
            meant=one.meant,
            was=was,
            state=str(one.state),
            operator=one.operator,
        )
    kept = await history.add(found, int(time.time()))
    _log.info("lookalikes looked at", names=len(found), changes=len(changes), kept=kept)
    return len(changes)


def _post(own: ExposureSection, changes: Sequence[tuple[Lookalike, str]]) -> None:
    body = {
        "event": "lookalikes",
        "changes": [{**tell.row(one), "was": was} for one, was in changes],
    }
    headers = {"Content-Type": "application/json", "User-Agent": "missent"}
    if own.webhook_token_file is not None:
        headers["Authorization"] = f"Bearer {read_secret(own.webhook_token_file)}"
    request = urllib.request.Request(  # noqa: S310  the settings take http and https alone
        own.webhook, json.dumps(body).encode(), headers, method="POST"
    )
    with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310  likewise
        answer.read(1)
