"""Loads all that a store knows into a snapshot."""

from __future__ import annotations

import asyncio
import gc
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING

from missent.memory.build import SnapshotBuilder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from missent.memory.interface import Store
    from missent.memory.learned import Head
    from missent.memory.snapshot import Snapshot


async def load(
    store: Store, stop: Callable[[], bool] = lambda: False
) -> tuple[Snapshot, Head] | None:
    """Read a store.

    Args:
        store: what is read.
        stop: asked now and then whether to give up. (A driver that is cancelled in the middle of
            a statement leaves its connection behind.)

    Returns:
        The snapshot, and where the store stood before it was read: what was written meanwhile may
        or may not be in it, and is to be fetched again. None where it was stopped.

    Raises:
        StoreError: the store cannot be read.
    """
    with _without_collector():
        return await _load(store, stop)


async def _load(store: Store, stop: Callable[[], bool]) -> tuple[Snapshot, Head] | None:
    head = await store.head()
    builder = SnapshotBuilder()
    building: asyncio.Future[None] | None = None
    async with aclosing(store.contacts()) as batches:
        async for batch in batches:
            if building is not None:
                await building
            if stop():
                return None
            # In a thread: the event loop goes on, and the driver reads the next batch meanwhile.
            building = asyncio.ensure_future(asyncio.to_thread(builder.add, batch))
    if building is not None:
        await building
    corrections = await store.corrections()
    if stop():
        return None
    return await asyncio.to_thread(builder.build, corrections), head


async def warm(snapshot: Snapshot) -> None:
    """Index large domains before they are asked for, beside the event loop."""
    for name, start, end in snapshot.large():
        await asyncio.to_thread(snapshot.local_parts.warm, name, start, end)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Let the collector of cycles rest: it looks at every row again and again, and finds none."""
    resting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if resting:
            gc.enable()
