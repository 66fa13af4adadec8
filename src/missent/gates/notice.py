"""Telling a sender that a message went out, or waits, to an address that looks wrong: RFC 3834."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import structlog

from missent.core.errors import StoreError
from missent.gates.suspects import suspect
from missent.hold.automatic import is_automatic
from missent.hold.jobs import Kind, Task
from missent.hold.notices import telling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from missent.core.address import Address
    from missent.core.verdict import RecipientVerdict
    from missent.gates.confirm import Attempts
    from missent.gates.disposition import Disposition

_log = structlog.get_logger("missent.notice")
_WAITING = 1000  # notices that wait for the store; more are dropped and counted
_PAUSE = 0.5  # seconds, while the store fails


@dataclass(frozen=True, slots=True)
class NoticeOptions:
    """How senders are told.

    Attributes:
        author: whom a puzzled sender answers.
        interval: seconds within which a sender hears of one recipient once.
    """

    author: Address
    interval: int = 86400


class _Told(NamedTuple):
    sender: Address
    about: list[RecipientVerdict]
    held: bool
    message_id: str


class Keeps(Protocol):
    """Keeps notices until they are sent; `hold.room.Room` does."""

    async def warn(self, task: Task) -> None:
        """Keep a notice, durably.

        Raises:
            StoreError: it is not kept.
        """


class Notifier:
    """Lays notices into the store, one by one, beside the work of the gate. Start `run` as a task.

    Attributes:
        kept: notices that the store took.
        failed: notices that were lost.
    """

    def __init__(
        self,
        options: NoticeOptions,
        keeps: Keeps,
        attempts: Attempts,
        clock: Callable[[], float],
    ) -> None:
        self._options = options
        self._keeps = keeps
        self._attempts = attempts
        self._clock = clock
        self._waiting: deque[_Told] = deque()
        self._news = asyncio.Event()
        self._closing = False
        self._in_trouble = False
        self.kept = 0
        self.failed = 0

    def tell(
        self,
        sender: Address | None,
        about: Iterable[Disposition],
        header: Mapping[str, str],
        *,
        held: bool,
        message_id: str = "",
    ) -> None:
        """Tell the sender of a message about some of its recipients, if a person may read it."""
        verdicts = [d.verdict for d in about if d.verdict is not None]
        if sender is None or not verdicts or is_automatic(sender, header):
            return
        if len(self._waiting) >= _WAITING:
            self._fail("too many notices wait")
            self.failed += 1
            return
        self._waiting.append(_Told(sender, verdicts, held, message_id))
        self._news.set()

    async def run(self) -> None:
        """Keep what waits, until `close`."""
        while not self._closing or self._waiting:
            if not self._waiting:
                self._news.clear()
                await self._news.wait()
                continue
            try:
                await self._keep(self._waiting[0])
            except StoreError as error:
                self._fail(str(error))
                if not self._closing:
                    await asyncio.sleep(_PAUSE)
                    continue
                self.failed += 1
            self._waiting.popleft()

    def close(self) -> None:
        """Let `run` end after what waits now."""
        self._closing = True
        self._news.set()

    async def _keep(self, told: _Told) -> None:
        now = int(self._clock())
        key, interval = told.sender.key, self._options.interval
        new = [
            verdict
            for verdict in told.about
            if await self._attempts.first(
                "notice", key, verdict.recipient.address.key, now, interval
            )
            is None
        ]
        if not new:
            return
        author = str(self._options.author)
        said = telling.body(
            list(map(suspect, new)), author, held=told.held, message_id=told.message_id
        )
        try:
            await self._keeps.warn(Task(Kind.WARN, str(told.sender), now, body=said))
        except StoreError:
            for verdict in new:
                await self._attempts.forget("notice", key, verdict.recipient.address.key)
            raise
        self.kept += 1
        self._in_trouble = False

    def _fail(self, reason: str) -> None:
        if not self._in_trouble:
            _log.error("notice not kept", reason=reason)
            self._in_trouble = True
