"""Takes jobs from the store and does them: by whom, how often, and until when.

A job is claimed for some seconds and the claim is renewed while the job runs, so that a process
that dies loses it to another. The next hop's yes is noted in the journal before anything else
happens, so that a death before the store's own record of it lets nothing be sent again. Between the
yes and the note lies a moment still: SMTP has no transaction over two parties, and between losing a
message and sending it twice (with the same Message-ID) we choose the second.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from missent.core.errors import StoreError
from missent.hold.held import Step
from missent.hold.jobs import Claim, Kind, Task

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import TypeAlias

    from missent.hold.interface import HoldStore
    from missent.hold.jobs import Job
    from missent.hold.journal import Journal
    from missent.smtp.replies import Reply

    Handler: TypeAlias = Callable[[Job, Callable[[], bool]], Awaitable[Reply]]

_log = structlog.get_logger("missent.hold")
_DAY = 86_400
_GATHER = 0.02  # seconds
_FIRST_TRY = 0.2  # seconds, before the end of a job is recorded once more


@dataclass(frozen=True, slots=True)
class DispatchOptions:
    """How jobs are done.

    Attributes:
        lease: seconds that a claim holds; renewed three times as often. Two thirds of it are left
            at least when a process dies: so long its host has to settle its journal before another
            takes its jobs. The clocks of hosts that share a store must agree better than that.
        poll: seconds between two looks for others' jobs.
        at_once: jobs at a time, in one process.
        releases: released messages at a time.
        deadline: seconds for one try; then it is made again later.
        first_pause: seconds after the first failure; doubled up to `longest_pause`.
        longest_pause: likewise.
        patience: seconds after which a job that cannot be done has failed.
    """

    lease: int = 15
    poll: float = 1.0
    at_once: int = 40
    releases: int = 4
    deadline: float = 660.0
    first_pause: int = 5
    longest_pause: int = 1800
    patience: int = 5 * _DAY


class Dispatcher:
    """Does jobs. Start `run` as a task; `wake` it when there is something new.

    Attributes:
        sent: jobs that were done.
        failed: jobs that failed for good.
    """

    def __init__(
        self,
        store: HoldStore,
        handlers: Mapping[Kind, Handler],
        options: DispatchOptions,
        journal: Journal | None = None,
    ) -> None:
        """Do the jobs of these kinds.

        Args:
            store: where they wait.
            handlers: do a job of a kind, and say how it went: done, later, or never. They are
                given a way to ask whether the job is still ours.
            options: how.
            journal: what is done is noted there first; None for nowhere.
        """
        self._store = store
        self._journal = journal
        self._handlers = handlers
        self._options = options
        self._claimer = secrets.token_hex(8)
        self._news = asyncio.Event()
        self._closing = False
        self._running: dict[asyncio.Task[None], int] = {}  # with the number of its job
        self._in_trouble = False
        self._more = False  # jobs for which there was no room
        self._promised = 0  # claims given out whose jobs have not begun
        self._until = 0  # when our claims end
        self._claims = 0  # counts how often they ended before they were renewed
        self.sent = 0
        self.failed = 0

    def claim(self) -> Claim | None:
        """For a job that is laid into the store now, and is to be begun at once; None if busy."""
        if self._closing or len(self._running) + self._promised >= self._options.at_once:
            return None
        self._promised += 1
        return self._claim()

    def settle(self, job: Job | None) -> None:
        """Begin the job that `claim` was for; None where it came to nothing."""
        self._promised -= 1
        if job is not None:
            self._begin(job)
        elif self._more:
            self._news.set()

    def _claim(self) -> Claim:
        now = int(time.time())
        until = now + self._options.lease
        if not self._running:
            self._until = until  # nothing older is claimed
        return Claim(self._claimer, now, until)

    def _begin(self, job: Job) -> None:
        task = asyncio.create_task(self._do(job))
        self._running[task] = job.number
        task.add_done_callback(self._ended)

    def wake(self) -> None:
        """Look for jobs now."""
        self._news.set()

    async def run(self) -> None:
        """Do what is due, until `close`."""
        renewing = asyncio.create_task(self._renew())
        try:
            await self._run()
        finally:
            renewing.cancel()

    async def _run(self) -> None:
        while not self._closing:
            told = self._news.is_set()
            self._news.clear()
            if told:
                # Not for each job by itself: under load many are claimed at once.
                await asyncio.sleep(_GATHER)
            try:
                more = await self._take(look=not told)
            except StoreError as error:
                more = False
                if not self._in_trouble:
                    _log.error("nothing can be sent", reason=str(error))
                self._in_trouble = True
            else:
                self._in_trouble = False
            if not more:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), self._options.poll)

    async def close(self) -> None:
        """Let `run` end, and wait for what is under way."""
        self._closing = True
        self._news.set()
        if self._running:
            await asyncio.wait(self._running)

    async def _take(self, *, look: bool) -> bool:
        """Claim what there is room for; whether there may be more.

        Args:
            look: first, and do not write where nothing is due.
        """
        free = self._options.at_once - len(self._running) - self._promised
        now = int(time.time())
        if free <= 0:
            self._more = True
            return False
        if self._journal is not None:
            await self._journal.settle(self._store)
        if look:
            due = await self._store.due()
            if due is None or due > now:
                return False
        jobs = await self._store.claim(tuple(self._handlers), self._claim(), free)
        for job in jobs:
            self._begin(job)
        self._more = len(jobs) == free
        return self._more

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        if self._more:
            self._news.set()

    async def _do(self, job: Job) -> None:
        claims = self._claims

        def ours() -> bool:
            return claims == self._claims and time.time() < self._until - 1

        try:
            async with asyncio.timeout(self._options.deadline):
                reply = await self._handlers[job.task.kind](job, ours)
                if self._journal is not None and reply.accepted:
                    self._journal.note(job, self._claimer, reply)
        except (StoreError, TimeoutError) as error:
            reason = str(error) or "deadline"
            _log.warning("job put off", kind=job.task.kind.value, reason=reason)
            await self._settle(job, None)
        except Exception:  # noqa: BLE001  a bug costs one try of one job, not the task
            _log.exception("job failed", kind=job.task.kind.value, held=job.task.message)
            await self._settle(job, None)
        else:
            await self._settle(job, reply)

    async def _renew(self) -> None:
        """Keep the claims of what runs, all at once, until this is cancelled."""
        while True:
            await asyncio.sleep(self._options.lease / 3)
            now = int(time.time())
            if not self._running:
                continue
            if now >= self._until:
                self._claims += 1  # others may have taken what runs now
            with contextlib.suppress(StoreError):
                numbers = list(self._running.values())
                await self._store.renew(numbers, self._claimer, now + self._options.lease)
                self._until = now + self._options.lease

    async def _settle(self, job: Job, reply: Reply | None) -> None:
        """Record how it went; while the store fails, again and again: it must not be forgotten."""
        pause = _FIRST_TRY
        while True:
            try:
                await self._record(job, reply)
            except StoreError as error:
                if self._closing:
                    _log.error("not recorded", number=job.number, reason=str(error))
                    return
                if pause == _FIRST_TRY:
                    _log.warning("not recorded yet", number=job.number, reason=str(error))
                await asyncio.sleep(pause)
                pause = min(2 * pause, 0.5)
            else:
                if self._journal is not None:
                    self._journal.told(job, self._claimer)
                return

    async def _record(self, job: Job, reply: Reply | None) -> None:
        now, task = int(time.time()), job.task
        said = str(reply) if reply is not None else "not done"
        step = Step(task.recipient, now, task.kind.done, "missent", "", f"{task.kind}: {said}")
        if reply is not None and reply.accepted:
            self.sent += await self._store.done(job, self._claimer, step)
            return
        over = now - task.at >= self._options.patience
        if (reply is None or reply.tempfail) and not over:
            pause = self._options.first_pause << min(job.tries, 12)
            at = now + min(pause, self._options.longest_pause)
            if await self._store.later(job, self._claimer, at):
                _log.info(
                    "sent later", kind=task.kind.value, held=task.message, tries=job.tries + 1
                )
            return
        what = "failed" if task.kind is Kind.RELEASE else "not told"
        step = Step(task.recipient, now, what, "missent", "", f"{task.kind}: {said}")
        report = None
        if task.kind is Kind.RELEASE:
            body = {"said": said, "address": task.rcpt_to}
            report = Task(Kind.FAILED, "", now, task.message, task.recipient, body)
        if await self._store.failed(job, self._claimer, step, report):
            self.failed += 1
            _log.error(f"{task.kind} failed", held=task.message, reply=said[:3])
            self._news.set()
