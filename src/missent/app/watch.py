"""Looks at our lookalikes while the gates run, and tells what changed."""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from missent.app import notify
from missent.app.exposure import Look, survey
from missent.app.remember import open_store
from missent.core import suffixes
from missent.core.errors import ConfigError, StoreError
from missent.exposure import handover, since
from missent.exposure.handover import Registration
from missent.exposure.history import History
from missent.exposure.registry import Registry
from missent.report.contact.fetch import Web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from missent.exposure.lookalike import Lookalike
    from missent.hold.room import Room
    from missent.memory.sql.store import SqlStore
    from missent.settings import Settings
    from missent.settings.exposure import ExposureSection

_log = structlog.get_logger("missent.exposure")
_PURPOSE = "exposure"
_LOOK = 30.0  # seconds between two questions whether it is time
_AGAIN = 600.0  # seconds after a look that failed


@contextlib.asynccontextmanager
async def watching(settings: Settings, room: Room | None = None) -> AsyncIterator[None]:
    """Watch in the background, where the settings say so.

    Args:
        settings: whose lookalikes, and who is told.
        room: sends the mail to `exposure.mail_to`.

    Raises:
        ConfigError: there is nothing to watch, or nowhere to keep what was seen.
    """
    own = settings.exposure
    if own is None:
        yield
        return
    if not settings.organisation.domains:
        raise ConfigError("exposure: organisation.domains is empty; name your domains there")
    if own.mail_to and room is None:
        raise ConfigError("exposure.mail_to: nobody sends the mail; add the section [notice]")
    if own.rdap:
        await Web().__aexit__(None, None, None)  # it says where the extra is missing
    store = await open_store(settings, make=True)
    watch = asyncio.create_task(_watch(settings, own, store, room if own.mail_to else None))
    try:
        yield
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        await store.close()


async def _watch(
    settings: Settings, own: ExposureSection, store: SqlStore, room: Room | None
) -> None:
    while True:
        try:
            # Of all processes that share the store, one looks.
            if await store.attempted(_PURPOSE, "", "", int(time.time()), own.every) is None:
                async with contextlib.AsyncExitStack() as stack:
                    web = await stack.enter_async_context(Web()) if own.rdap else None
                    await look(settings, own, store, room, web)
        except (StoreError, ConfigError, OSError) as error:
            _log.warning("lookalikes not looked at", reason=str(error))
            await asyncio.sleep(_AGAIN)
            with contextlib.suppress(StoreError):
                await store.drop_attempt(_PURPOSE, "", "")
        await asyncio.sleep(_LOOK)


async def look(
    settings: Settings,
    own: ExposureSection,
    store: SqlStore,
    room: Room | None = None,
    web: Web | None = None,
) -> int:
    """Look once, tell what changed, and only then keep it; returns how much was told.

    Args:
        settings: whose lookalikes, and how the DNS is asked.
        own: how it is watched.
        store: where the history is kept.
        room: sends mail; None where nobody is told by mail.
        web: asks the registries; None where they are not asked.

    Raises:
        OSError: the webhook could not be told; nothing was kept, so that it is told later.
        StoreError: likewise, by mail.
    """
    history = History(store)
    names = settings.organisation.domains
    found = await survey(settings, Look(names, own.limit, 1.0, 0.0, 0.0), lambda _done, _of: None)
    if web is not None:
        found = await Registry(web).run(found)
    changes = since.changed(found, await history.latest())
    said = _registrations(found)
    news = handover.handovers(said, await history.registrations())
    if changes or news:
        if own.webhook:
            await asyncio.to_thread(notify.post, own, changes, news)
        if room is not None:
            await notify.mail(room, own.mail_to, changes, news)
    for one, was in changes:
        _log.warning(
            "lookalike changed",
            name=one.name,
            meant=one.meant,
            was=was,
            state=str(one.state),
            operator=one.operator,
        )
    for name, told in news:
        _log.warning("lookalike's registration", name=name, news=told)
    now = int(time.time())
    kept = await history.add(found, now)
    await history.add_registrations(said, now)
    told_of = len(changes) + len(news)
    _log.info("lookalikes looked at", names=len(found), changes=told_of, kept=kept)
    return told_of


def _registrations(found: Sequence[Lookalike]) -> dict[str, Registration]:
    """What the registries said today, by registrable domain."""
    today = datetime.now(UTC).date()
    said = ((suffixes.split(one.name).registrable, Registration.of(one, today)) for one in found)
    return {name: one for name, one in said if one is not None}
