"""The event loop of a process that serves: which one, until when, and what it is spared."""

from __future__ import annotations

import asyncio
import gc
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from missent.serving.process import Life

_COLLECT_AFTER = 10_000  # objects made and not freed; a message makes and frees a few dozen


async def until_told(life: Life) -> None:
    """Say that we are ready, and wait for SIGTERM or for the parent's end."""
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, told.set)
    loop.add_reader(life.parent, told.set)
    spare_the_collector()
    life.ready()
    await told.wait()
    loop.remove_reader(life.parent)


def spare_the_collector() -> None:
    """Keep the garbage collector from walking all that was loaded, again and again.

    To be called once, when a worker has loaded what it decides by.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 20, 50)


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on uvloop where it is installed, otherwise on asyncio's own loop."""
    try:
        import uvloop  # noqa: PLC0415  an extra
    except ImportError:
        asyncio.run(main)
        return
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)
