"""What a replay came to: the counts, and the lines that tell them."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Self

    from missent.audit.replay_prompt import Prompt

_TOP = 10
DAY = 86_400
_COUNTERS = ("by_code", "by_action", "by_sender", "days", "prompt_days", "errors")


@dataclass(slots=True)
class Summary:
    """Counts, kept up to date while a replay runs.

    Attributes:
        messages: messages decided.
        recipients: their recipients, each once a message.
        learned: messages that were only learned.
        duplicates: messages that were met before, in this source or another.
        prompts: what the senders would have been asked.
        repeats: prompts about an address that the same sender was asked about before.
        first: the first message decided, in seconds since the epoch; 0 where there is none.
        last: the last one.
        by_code: prompts by the code of their finding.
        by_action: prompts by action.
        by_sender: prompts by sender.
        days: messages decided, by day since the epoch.
        prompt_days: prompts by day and action.
        errors: checks that crashed, with why, and how often.
        started: `time.monotonic()` at the start.
    """

    messages: int = 0
    recipients: int = 0
    learned: int = 0
    duplicates: int = 0
    prompts: int = 0
    repeats: int = 0
    first: int = 0
    last: int = 0
    by_code: Counter[str] = field(default_factory=Counter)
    by_action: Counter[str] = field(default_factory=Counter)
    by_sender: Counter[str] = field(default_factory=Counter)
    days: Counter[int] = field(default_factory=Counter)
    prompt_days: Counter[tuple[int, str]] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    started: float = field(default_factory=time.monotonic)

    def decided(self, at: int, recipients: int) -> None:
        """Count a message that was decided."""
        self.messages += 1
        self.recipients += recipients
        self.first = self.first or at
        self.last = max(self.last, at)
        self.days[at // DAY] += 1

    def prompted(self, prompt: Prompt) -> None:
        """Count a prompt."""
        if prompt.repeat:
            self.repeats += 1
            return
        self.prompts += 1
        self.by_code[prompt.finding.code] += 1
        self.by_action[str(prompt.action)] += 1
        self.by_sender[prompt.sender.key] += 1
        self.prompt_days[prompt.at // DAY, str(prompt.action)] += 1

    def prompted_only(self, prompts: Iterable[Prompt]) -> None:
        """Count these prompts in place of all counted so far."""
        self.prompts = self.repeats = 0
        for counts in (self.by_code, self.by_action, self.by_sender, self.prompt_days):
            counts.clear()
        for prompt in prompts:
            self.prompted(prompt)

    def __iadd__(self, other: Summary) -> Self:
        """Take in the counts of another share of the same replay."""
        for name in ("messages", "recipients", "learned", "duplicates", "prompts", "repeats"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for counts in _COUNTERS:
            getattr(self, counts).update(getattr(other, counts))
        self.first = min(self.first or other.first, other.first or self.first)
        self.last = max(self.last, other.last)
        self.started = min(self.started, other.started)
        return self

    @property
    def per_thousand(self) -> float:
        """Prompts per 1,000 messages."""
        return 1000 * self.prompts / self.messages if self.messages else 0.0

    def lines(self) -> Iterator[str]:
        """Tell the counts, for people."""
        seconds = max(time.monotonic() - self.started, 1e-9)
        total = self.messages + self.learned
        yield f"messages     {self.messages} decided, {self.learned} only learned"
        if self.duplicates:
            yield f"duplicates   {self.duplicates}, left out"
        yield f"recipients   {self.recipients}"
        yield (
            f"prompts      {self.prompts}, {self.per_thousand:.3f} per 1,000 messages"
            + (f"; {self.repeats} repeats not counted" if self.repeats else "")
        )
        yield from _table("by action", self.by_action)
        yield from _table("by code", self.by_code)
        yield from _table("by sender", self.by_sender)
        for reason, times in ranked(self.errors):
            yield f"not decided  {times} times: {reason}"
        yield f"time         {seconds:.1f} s, {total / seconds:,.0f} messages a second"


def ranked(counts: Counter[str], most: int = _TOP) -> list[tuple[str, int]]:
    """The largest counts first; what is equal, by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]


def _table(title: str, counts: Counter[str]) -> Iterator[str]:
    first = ranked(counts)
    for number, (name, count) in enumerate(first):
        yield f"{title if not number else '':12} {count:6} {name}"
    if len(counts) > len(first):
        yield f"{'':12} {counts.total() - sum(c for _, c in first):6} all others"
