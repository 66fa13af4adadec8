"""Recall against needless prompts, for every threshold."""

from __future__ import annotations

import zlib
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.accuracy.labels import Kind, Labels, Slip

BUDGETS = (0.05, 0.08, 0.15, 0.21, 0.5, 1.0)
_YEAR_2001 = 978_307_200
OURS = "enron.com"


class Sighting(NamedTuple):
    """Something that a tool would have said about one recipient of one message.

    Attributes:
        at: when the message was sent.
        sender: who sent it.
        recipient: whom it is about.
        score: how sure the tool is; larger is surer.
        meant: the address, or the domain, that it names first; "" where it names none.
    """

    at: int
    sender: str
    recipient: str
    score: float
    meant: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the mail, by time and by sender.

    Attributes:
        name: for the table.
        since: the first moment.
        until: the moment after the last.
        half: senders whose hash is 0 or 1; None for all.
        domain: senders of this domain only, "" for all.
        besides: what does not belong to it.
    """

    name: str
    since: int = 0
    until: int = 2**62
    half: int | None = None
    domain: str = ""
    besides: Part | None = None

    def has(self, at: int, sender: str) -> bool:
        """Whether a message of that moment and sender belongs to the part."""
        return (
            self.since <= at < self.until
            and (self.half is None or zlib.crc32(sender.encode()) % 2 == self.half)
            and (not self.domain or sender.endswith("@" + self.domain))
            and not (self.besides and self.besides.has(at, sender))
        )


DEV = Part("dev", until=_YEAR_2001, half=0)
TEST = Part("test", since=_YEAR_2001, half=1)
UNSEEN = Part("all but dev", besides=DEV)
LATE = Part("from 2001 on", since=_YEAR_2001)
ALL = Part("all")


class Point(NamedTuple):
    """What a threshold gives.

    Attributes:
        threshold: the least score that prompts.
        recall: the share of the knowable slips that are caught at their first occurrence.
        first: the share of those caught whose meant address is named first.
        needless: needless prompts per 1,000 messages.
        doubtful: those of them about which the labels are in doubt.
    """

    threshold: float
    recall: float
    first: float
    needless: float
    doubtful: float


class _Steps:
    """Counts over thresholds: each entry counts from `low` (excluded) to `high`."""

    def __init__(self) -> None:
        self._lows: list[float] = []
        self._highs: list[float] = []
        self._sorted = True

    def add(self, low: float, high: float) -> None:
        self._lows.append(low)
        self._highs.append(high)
        self._sorted = False

    def at(self, threshold: float) -> int:
        if not self._sorted:
            self._lows.sort()
            self._highs.sort()
            self._sorted = True
        above = len(self._highs) - bisect_left(self._highs, threshold)
        return above - (len(self._lows) - bisect_left(self._lows, threshold))


class Curve:
    """Recall against needless prompts in one part of the mail.

    A sender is asked once about an address: at a threshold, the prompt is the first sighting of the
    pair that reaches it.
    """

    def __init__(
        self,
        sightings: Iterable[Sighting],
        labels: Labels,
        kind: Kind,
        part: Part,
        messages: int,
        *,
        proved: bool = False,
    ) -> None:
        """Count every sighting; they come in the order of time."""
        self._messages = messages
        slips = [
            slip
            for slip in labels.slips
            if kind in slip.knowable
            and part.has(slip.at, slip.sender)
            and (slip.proved or not proved)
        ]
        self.slips = len(slips)
        by_pair = {(slip.sender, slip.observed): slip for slip in slips}
        self._caught, self._first = _Steps(), _Steps()
        self._needless, self._doubtful = _Steps(), _Steps()
        best: dict[tuple[str, str], float] = {}
        scores: set[float] = set()
        for sighting in sightings:
            pair = sighting.sender, sighting.recipient
            low = best.get(pair, float("-inf"))
            if sighting.score <= low:
                continue
            best[pair] = sighting.score
            scores.add(sighting.score)
            slip = by_pair.get(pair)
            if slip is not None:
                self._catch(slip, kind, sighting, low)
            elif pair not in labels.pairs and part.has(sighting.at, sighting.sender):
                self._needless.add(low, sighting.score)
                if labels.is_doubtful(sighting.recipient):
                    self._doubtful.add(low, sighting.score)
        self.points = [self.point(score) for score in sorted(scores, reverse=True)]

    def _catch(self, slip: Slip, kind: Kind, sighting: Sighting, low: float) -> None:
        if sighting.at > slip.at:
            return  # too late: the first message has gone
        self._caught.add(low, sighting.score)
        if slip.is_meant(sighting.meant, kind):
            self._first.add(low, sighting.score)

    def point(self, threshold: float) -> Point:
        """What a threshold gives."""
        caught = self._caught.at(threshold)
        return Point(
            threshold,
            caught / self.slips if self.slips else float("nan"),
            self._first.at(threshold) / caught if caught else float("nan"),
            1000 * self._needless.at(threshold) / max(self._messages, 1),
            1000 * self._doubtful.at(threshold) / max(self._messages, 1),
        )

    def at_budget(self, budget: float, *, doubtful: bool = True) -> Point | None:
        """The point of the highest recall that spends no more needless prompts per 1,000.

        Args:
            budget: needless prompts per 1,000 messages.
            doubtful: whether those count about which the labels are in doubt.
        """

        def spent(point: Point) -> float:
            return point.needless if doubtful else point.needless - point.doubtful

        within = [point for point in self.points if spent(point) <= budget]
        return max(within, key=lambda p: (p.recall, p.threshold), default=None)


class Bin(NamedTuple):
    """Findings whose probability lies in one tenth.

    Attributes:
        findings: how many.
        said: their mean probability.
        true: the share of them that are labelled slips.
    """

    findings: int
    said: float
    true: float


def reliability(outcomes: Sequence[tuple[float, bool]], bins: int = 10) -> tuple[list[Bin], float]:
    """The bins of a reliability diagram, and Brier's score."""
    filled: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for said, true in outcomes:
        filled[min(int(said * bins), bins - 1)].append((said, true))
    table = [
        Bin(len(b), sum(p for p, _ in b) / len(b), sum(t for _, t in b) / len(b))
        if b
        else Bin(0, float("nan"), float("nan"))
        for b in filled
    ]
    brier = sum((p - t) ** 2 for p, t in outcomes) / len(outcomes) if outcomes else float("nan")
    return table, brier
