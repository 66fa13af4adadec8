"""With a memory: what share of slips is asked about, where so many genuine newcomers are."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from bench.cases.names import DATA
from bench.elsewhere import history
from bench.elsewhere.detectors import Missent, RapidFuzz, SymSpellPy
from bench.elsewhere.history import Asked
from bench.elsewhere.pairs import half_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from bench.elsewhere.detectors import Answer, Detector, Kind
    from bench.elsewhere.history import Memory
    from bench.elsewhere.pairs import Half, Pair


SHARES = (0.001, 0.0025, 0.005, 0.01, 0.02)
LOCALS = DATA / "elsewhere-locals.csv"
_SOMEBODY, _ANOTHER = "alex.miller", "kim.taylor"


class Column(NamedTuple):
    """What a tool says of one half.

    Attributes:
        tool: its name.
        slips: what it says of each slip, with what was meant, by what is known there.
        genuine: how sure it is of each genuine newcomer, ascending.
        asked: of how many of these the default policy asks.
    """

    tool: str
    slips: Mapping[str, Sequence[tuple[Answer, str]]]
    genuine: Sequence[float]
    asked: int

    def recall(self, slips: Sequence[tuple[Answer, str]], share: float) -> tuple[int, int]:
        """Slips asked about, and rightly answered, where no larger share of newcomers is."""
        allowed = int(len(self.genuine) * share)
        least = self.genuine[-1 - allowed]
        found = [(answer, meant) for answer, meant in slips if answer.score > least]
        return len(found), sum(answer.meant == meant for answer, meant in found)

    def spends(self, score: float) -> float:
        """The share of genuine newcomers asked about at a threshold."""
        return 1 - bisect_right(self.genuine, score) / len(self.genuine)


def domains(pairs: Sequence[Pair], genuine: Mapping[str, int], half: Half) -> list[Column]:
    """Slips in the domain: the very mailbox is known at the meant one, or only another."""
    slips = [pair for pair in pairs if pair.verdict == "slip" and pair.half == half]
    newcomers = defaultdict(list)
    for address in genuine:
        newcomers[address.rpartition("@")[2]].append(address)
    memory = history.Memory(genuine)
    for meant in {pair.meant for pair in slips}:
        memory.acquaint(f"{_SOMEBODY}@{meant}", history.sender_of(meant))
    asked = {
        title: [Asked(history.sender_of(p.meant), f"{who}@{p.typed}", p.meant) for p in slips]
        for title, who in (("the same mailbox", _SOMEBODY), ("another mailbox", _ANOTHER))
    }
    parts: list[tuple[Memory, list[Asked]]] = []
    for part in range(history.PARTS):
        left_out = {name for name in newcomers if history.part_of(name) == part}
        new = [
            Asked(history.sender_of(newcomers[name][0]), newcomers[name][0])
            for name in sorted(left_out)
            if half_of(name) == half
        ]
        parts.append((history.Memory(genuine, left_out), new))
    return _columns("domain", memory, asked, parts)


def local_parts(genuine: Mapping[str, int], half: Half) -> list[Column]:
    """Slips in the local part; none where the file of them is not there."""
    if not LOCALS.exists():
        return []
    with LOCALS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    slips = [row for row in rows if row["verdict"] == "slip" and half_of(row["meant"]) == half]
    typed = {f"{row['typed']}@{row['domain']}" for row in rows}
    right = {address: times for address, times in genuine.items() if address not in typed}
    memory = history.Memory(right)
    asked = []
    for row in slips:
        meant = f"{row['meant']}@{row['domain']}"
        if meant not in memory.addresses:
            memory.acquaint(meant, history.sender_of(meant))
        sender = history.sender_of(meant)
        asked.append(Asked(sender, f"{row['typed']}@{row['domain']}", row["meant"]))
    parts: list[tuple[Memory, list[Asked]]] = []
    for part in range(history.PARTS):
        left_out = {address for address in right if history.part_of(address) == part}
        others = history.Memory(right, left_out)
        new = [
            Asked(history.sender_of(address), address)
            for address in sorted(left_out)
            if half_of(address) == half and others.ledger.domain(address.rpartition("@")[2])
        ]
        parts.append((others, new))
    return _columns("local", memory, {"": asked}, parts)


def _columns(
    kind: Kind,
    memory: Memory,
    asked: Mapping[str, Sequence[Asked]],
    parts: Sequence[tuple[Memory, Sequence[Asked]]],
) -> list[Column]:
    made: list[Column] = []
    for tool in (Missent, RapidFuzz, SymSpellPy):
        detector = tool(memory, kind)
        said = {what: [(detector.answer(one), one.meant) for one in asked[what]] for what in asked}
        answers = [a for others, new in parts for a in _answers(tool(others, kind), new)]
        scores = sorted(answer.score for answer in answers)
        made.append(Column(tool.name, said, scores, sum(answer.asks for answer in answers)))
    return made


def _answers(detector: Detector, asked: Collection[Asked]) -> Iterator[Answer]:
    return map(detector.answer, asked)
