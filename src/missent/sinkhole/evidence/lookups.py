"""Questions that are asked beside the conversations: each once, and a bounded number at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

import structlog

from missent.core.facts import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable
    from typing import Any

_log = structlog.get_logger("missent.sinkhole")
_REMEMBERED = 100_000
_PARALLEL = 64

Q = TypeVar("Q", bound="Hashable")
A = TypeVar("A")


class Lookups(Generic[Q, A]):
    """Asks, and remembers what was answered.

    Args:
        ask: finds the answer to one question; None asks nothing, and every answer is unknown.
    """

    def __init__(self, ask: Callable[[Q], Coroutine[Any, Any, A | Unknown]] | None = None) -> None:
        self._ask = ask
        self._known: dict[Q, A | Unknown] = {}
        self._waiting: set[asyncio.Task[None]] = set()

    def begin(self, question: Q) -> None:
        """Ask, unless that was done before or too much is being asked already."""
        if self._ask is None or question in self._known or len(self._waiting) >= _PARALLEL:
            return
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[question] = Unknown("not answered yet")
        task = asyncio.get_running_loop().create_task(self._find(self._ask, question))
        self._waiting.add(task)
        task.add_done_callback(self._done)

    def found(self, question: Q) -> A | Unknown:
        """The answer, as far as it is known."""
        return self._known.get(question, Unknown("not asked"))

    async def wait(self) -> None:
        """Wait for all that is being asked."""
        await asyncio.gather(*self._waiting, return_exceptions=True)

    async def close(self) -> None:
        """Give up what is still being asked."""
        for task in list(self._waiting):
            task.cancel()
        await self.wait()

    async def _find(self, ask: Callable[[Q], Coroutine[Any, Any, A | Unknown]], of: Q) -> None:
        self._known[of] = await ask(of)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._waiting.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a question failed", reason=repr(error))
