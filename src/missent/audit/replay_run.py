"""A replay from its sources to its end, in this process or in several that share the senders.

Deciding takes most of the time, and what is decided about one sender does not depend on another's
verdicts. So each process learns all of the mail and decides for its share of the senders; their
prompts are merged in the order of the messages.
"""

from __future__ import annotations

import heapq
import multiprocessing
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from missent.audit.replay import Replay
from missent.audit.replay_order import WINDOW, OrderError, in_order
from missent.audit.replay_summary import Summary
from missent.audit.sources.detect import reader
from missent.audit.sources.interface import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from pathlib import Path
    from typing import Self

    from missent.audit.replay_prompt import Options, Prompt
    from missent.audit.sources.interface import Event
    from missent.core.policy import Policy

    Pairs = Collection[tuple[str, str]]
    Progress = Callable[[int, int], None]

_BEAT = 1_000  # messages between two signs of life


class Source(NamedTuple):
    """A file or folder of past mail, its format, as `detect` tells it, and its name for people."""

    path: Path
    format: str
    name: str


class Read(NamedTuple):
    """A source and what its reader got through."""

    name: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Plan:
    """What is replayed.

    Attributes:
        options: what is decided, and how.
        sources: the mail to be decided.
        history: the mail to be learned before.
        window: as of `in_order`.
        now: the present moment in seconds since the epoch, as of `detect.reader`.
    """

    options: Options
    sources: tuple[Source, ...]
    history: tuple[Source, ...] = ()
    window: int = WINDOW
    now: int = field(default_factory=lambda: int(time.time()))


class Run(Protocol):
    """A running replay; a context manager, which lets go of whatever it needed."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(self, *error: object) -> None:
        """End, also before the end of the mail."""

    @property
    def summary(self) -> Summary:
        """The counts so far."""

    @property
    def read(self) -> list[Read]:
        """The sources begun so far."""

    def prompts(self) -> Iterator[Prompt]:
        """Give the prompts as they arise.

        Raises:
            OSError: a source cannot be read.
            OrderError: a source is too far out of the order of time.
        """

    def afterwards(self, policy: Policy | None = None, asked: Pairs | None = None) -> list[Prompt]:
        """As `Replay.afterwards`, in the order of time; after the last prompt."""


class Alone:
    """A replay in this process."""

    def __init__(self, plan: Plan, progress: Progress = lambda _passed, _read: None) -> None:
        """Begin; `progress` is told how many messages were decided or learned, and read."""
        self._plan = plan
        self._progress = progress
        self._replay = Replay(plan.options)
        self.read: list[Read] = []
        self.passed = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    @property
    def summary(self) -> Summary:
        """The counts so far."""
        return self._replay.summary

    def prompts(self) -> Iterator[Prompt]:
        """Give the prompts as they arise."""
        for source in self._plan.history:
            self._replay.learn(self._counted(self._events(source)))
        each = [(source.name, self._events(source)) for source in self._plan.sources]
        yield from self._replay.run(self._counted(in_order(each, self._plan.window)))

    def afterwards(self, policy: Policy | None = None, asked: Pairs | None = None) -> list[Prompt]:
        """As `Replay.afterwards`."""
        return sorted(self._replay.afterwards(policy, asked), key=lambda prompt: prompt.at)

    def _events(self, source: Source) -> Iterator[Event]:
        tally = Tally()
        self.read.append(Read(source.name, tally))
        return reader(source.format, self._plan.now)(source.path, tally)

    def _counted(self, events: Iterator[Event]) -> Iterator[Event]:
        for event in events:
            if self.passed % _BEAT == 0:
                self._progress(self.passed, sum(tally.events for _, tally in self.read))
            self.passed += 1
            yield event


class _Beat(NamedTuple):
    """A sign of life of a share, or its end."""

    passed: int
    messages: int
    summary: Summary
    read: list[Read]
    is_last: bool = False


class Together:
    """A replay in several processes."""

    def __init__(self, plan: Plan, shares: int, progress: Progress = lambda *_: None) -> None:
        """Begin; `progress` as of `Alone`."""
        self._plan = plan
        self._progress = progress
        self._shares: list[tuple[BaseProcess, Connection]] = []
        self._last: list[_Beat | None] = [None] * shares

    def __enter__(self) -> Self:
        # A fork would copy locks that other threads hold.
        context = multiprocessing.get_context("spawn")
        shares = len(self._last)
        for number in range(shares):
            ours, theirs = context.Pipe()
            plan = replace(self._plan, options=replace(self._plan.options, share=(number, shares)))
            process = context.Process(target=_work, args=(plan, theirs), daemon=True)
            process.start()
            theirs.close()
            self._shares.append((process, ours))
        return self

    def __exit__(self, *error: object) -> None:
        for process, connection in self._shares:
            connection.close()
            process.terminate()
            process.join()

    @property
    def summary(self) -> Summary:
        """The counts of all shares, as of their last signs of life."""
        whole = Summary()
        for beat in self._last:
            if beat:
                whole += beat.summary
        return whole

    @property
    def read(self) -> list[Read]:
        """What was read: every share reads all."""
        return self._last[0].read if self._last[0] else []

    def prompts(self) -> Iterator[Prompt]:
        """Give the prompts of all shares, in the order of the messages."""
        shares = [self._listen(number) for number in range(len(self._shares))]
        for _, prompt in heapq.merge(*shares, key=itemgetter(0)):
            if prompt is not None:
                yield prompt

    def afterwards(self, policy: Policy | None = None, asked: Pairs | None = None) -> list[Prompt]:
        """As `Replay.afterwards`, of all shares."""
        for _, connection in self._shares:
            connection.send((policy, asked))
        found: list[Prompt] = []
        for number in range(len(self._shares)):
            found += self._receive(number)
        return sorted(found, key=lambda prompt: prompt.at)

    def _listen(self, number: int) -> Iterator[tuple[int, Prompt | None]]:
        while True:
            said = self._receive(number)
            if not isinstance(said, _Beat):
                yield said
                continue
            self._last[number] = said
            self._progress(min(b.passed if b else 0 for b in self._last), said.messages)
            if said.is_last:
                return
            yield said.passed, None

    def _receive(self, number: int) -> Any:
        try:
            said = self._shares[number][1].recv()
        except EOFError:
            raise OSError(
                "a process of the replay was killed; --jobs 1 needs less memory"
            ) from None
        if isinstance(said, Exception):
            raise said
        return said


def _work(plan: Plan, connection: Connection) -> None:
    """What a process of `Together` does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process tells us when to stop

    def beat(passed: int, messages: int, *, is_last: bool = False) -> None:
        connection.send(_Beat(passed, messages, run.summary, run.read, is_last))

    run = Alone(plan, beat)
    with suppress(BrokenPipeError, ConnectionResetError, EOFError):  # nobody listens any more
        try:
            for prompt in run.prompts():
                connection.send((run.passed, _portable(prompt)))
        except (OSError, OrderError) as error:
            connection.send(error)
            return
        beat(run.passed, run.passed, is_last=True)
        policy, asked = connection.recv()
        connection.send([_portable(p) for p in run.afterwards(policy, asked)])


def _portable(prompt: Prompt) -> Prompt:
    """The prompt with its evidence in dictionaries: read-only views cannot be sent."""
    findings = tuple(replace(f, evidence=dict(f.evidence)) for f in prompt.findings)
    finding = replace(prompt.finding, evidence=dict(prompt.finding.evidence))
    return replace(prompt, finding=finding, findings=findings)
