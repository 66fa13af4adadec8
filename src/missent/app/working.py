"""A worker process, from its settings to its exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from missent.core.errors import ConfigError, StoreError
from missent.serving import loop

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_CONFIGURATION, _FAILED = 2, 3


def work(serve: Callable[[], Coroutine[Any, Any, None]], room: str) -> int:
    """Serve until the end, and return the exit code; what ends it is told in one line.

    Args:
        serve: reads the settings anew, and serves.
        room: who tells of it in the log.
    """
    told = structlog.get_logger(room)
    try:
        loop.run(serve())
    except ConfigError as error:
        told.error("configuration", reason=str(error))
        return _CONFIGURATION
    except (OSError, StoreError) as error:
        told.error("cannot serve", reason=str(error))
        return _FAILED
    return 0
