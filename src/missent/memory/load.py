"""Loads all that a store knows into a snapshot."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from missent.memory.build import SnapshotBuilder

if TYPE_CHECKING:
    from missent.memory.interface import Head, Store
    from missent.memory.snapshot import Snapshot


async def load(store: Store) -> tuple[Snapshot, Head]:
    """Read a store.

    Returns:
        The snapshot, and where the store stood before it was read: what was written meanwhile may
        or may not be in it, and is to be fetched again.

    Raises:
        StoreError: the store cannot be read.
    """
    head = await store.head()
    builder = SnapshotBuilder()
    building: asyncio.Future[None] | None = None
    async with aclosing(store.contacts()) as batches:
        async for batch in batches:
            if building is not None:
                await building
            # In a thread: the event loop goes on, and the driver reads the next batch meanwhile.
            building = asyncio.ensure_future(asyncio.to_thread(builder.add, batch))
    if building is not None:
        await building
    corrections = await store.corrections()
    return await asyncio.to_thread(builder.build, corrections), head


async def warm(snapshot: Snapshot) -> None:
    """Index large domains before they are asked for, beside the event loop."""
    for name, start, end in snapshot.large():
        await asyncio.to_thread(snapshot.local_parts.warm, name, start, end)
