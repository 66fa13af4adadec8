"""What is done after the MTA has its answer: counting, logging, learning, telling the sender."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from typing import TYPE_CHECKING

import structlog

from missent.core.errors import StoreError
from missent.core.verdict import Action
from missent.gates.disposition import Outcome, Privacy

if TYPE_CHECKING:
    from missent.core.message import Message
    from missent.gates.interface import Assess
    from missent.gates.milter.events import Finished
    from missent.gates.notice import Notifier

_log = structlog.get_logger("missent.milter")
_WAITING = 10_000  # messages that wait to be learned; more are dropped and counted
_GATHER_SECONDS = 0.02
_TOLD = frozenset((Outcome.WARNED, Outcome.HELD))


class Books:
    """Keeps the books of one process. Start `run` as a task.

    Attributes:
        counts: `ours` and `passed` messages, `queued`, `held`, `kept`, `not learned`.
    """

    def __init__(
        self, assess: Assess, privacy: Privacy | None = None, notifier: Notifier | None = None
    ) -> None:
        self._assess = assess
        self._privacy = privacy or Privacy()
        self._notifier = notifier
        self._waiting: deque[Message] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self.counts: Counter[str] = Counter()

    def passed(self) -> None:
        """A message that is not ours went by: a number, and nothing else."""
        self.counts["passed"] += 1

    def finished(self, finished: Finished) -> None:
        """A message of ours is over."""
        counts = self.counts
        counts["ours"] += 1
        if finished.kept:
            counts["kept"] += 1
        if finished.held:
            counts["held"] += 1
        elif finished.queued:
            counts["queued"] += 1
            if finished.message.recipients:
                self._learn(finished.message)
        self._assess.decided(
            finished.message.mail_from,
            finished.dispositions,
            finished.message.message_id,
            sent=finished.queued,
        )
        if any(d.action is not Action.ALLOW for d in finished.dispositions):
            self._write(finished)
            if self._notifier is not None and finished.queued:
                self._tell(finished, self._notifier)

    async def run(self) -> None:
        """Learn what waits, until `close`."""
        while not self._closing or self._waiting:
            await self._wake.wait()
            # Not for each message by itself: under load this wakes up for many of them at once.
            if not self._closing:
                await asyncio.sleep(_GATHER_SECONDS)
                self._wake.clear()
            while self._waiting:
                await self._remember(self._waiting.popleft())

    async def _remember(self, message: Message) -> None:
        try:
            await self._assess.sent(message)
        except StoreError as error:
            if not self.counts["not learned"]:
                _log.error("not learned", reason=str(error))
            self.counts["not learned"] += 1

    def close(self, decided: Counter[str]) -> None:
        """Let `run` end after what waits now, and write down the counts of this process.

        Args:
            decided: the desk's: recipients by disposition.
        """
        self._closing = True
        self._wake.set()
        _log.info("counts", messages=dict(self.counts), recipients=dict(decided))

    def _learn(self, message: Message) -> None:
        if len(self._waiting) < _WAITING:
            self._waiting.append(message)
            self._wake.set()
        else:
            self.counts["not learned"] += 1

    def _write(self, finished: Finished) -> None:
        _log.info(
            "message",
            queue_id=finished.queue_id,
            mail_from=self._privacy.show(finished.message.mail_from),
            queued=finished.queued,
            held=finished.held,
            kept=finished.kept,
            enforced=all(d.enforced for d in finished.dispositions if d.verdict),
            recipients=[d.line(self._privacy) for d in finished.dispositions],
        )

    def _tell(self, finished: Finished, notifier: Notifier) -> None:
        notifier.tell(
            finished.message.mail_from,
            [d for d in finished.dispositions if d.outcome in _TOLD],
            finished.header,
            held=finished.held,
            message_id=finished.message.message_id,
        )
