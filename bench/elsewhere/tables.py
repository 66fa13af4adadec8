"""The tables of the report."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bench.elsewhere.known import SHARES
from bench.elsewhere.pairs import FOUND, half_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bench.cases.tools import Said
    from bench.elsewhere.known import Column
    from bench.elsewhere.pairs import Half, Pair


def what(pairs: Sequence[Pair], genuine: Mapping[str, int]) -> Iterator[str]:
    """How many pairs there are of each kind, and how many genuine addresses."""
    yield "| pairs of domains | " + " | ".join(FOUND.values()) + " |"
    yield "| --- |" + " --- |" * len(FOUND)
    for verdict in ("slip", "genuine", "unsure"):
        count = Counter(pair.found for pair in pairs if pair.verdict == verdict)
        yield _row(verdict, [str(count[found]) for found in FOUND])
    domains = len({address.rpartition("@")[2] for address in genuine})
    yield ""
    yield f"{len(genuine):,} genuine addresses at {domains:,} domains, of this Debian system."
    yield ""


def alone(
    pairs: Sequence[Pair], genuine: Mapping[str, int], said: Sequence[Said], half: Half
) -> Iterator[str]:
    """What is said of slips where nothing is known, and how many genuine domains are asked."""
    yield f"### Nothing is known, {half} half"
    yield ""
    yield "Of slips: right / no name / wrong name / silent; of genuine domains: asked about."
    yield ""
    yield "| | " + " | ".join(one.name for one in said) + " |"
    yield "| --- |" + " --- |" * len(said)
    slips = [pair for pair in pairs if pair.verdict == "slip" and pair.half == half]
    for found, words in FOUND.items():
        some = [pair for pair in slips if pair.found == found]
        yield _row(f"{len(some)} slips, {words}", [_answered(some, one) for one in said])
    yield _row(f"all {len(slips)}", [_answered(slips, one) for one in said])
    twins = {pair.typed for pair in pairs if pair.verdict == "genuine" and pair.half == half}
    asked = (sum(_says(one, name) is not None for name in twins) for one in said)
    yield _row(f"{len(twins)} genuine domains near another", [str(count) for count in asked])
    names = {address.rpartition("@")[2] for address in genuine}
    names = {name for name in names if half_of(name) == half}
    asked = (sum(_says(one, name) is not None for name in names) for one in said)
    yield _row(f"{len(names):,} genuine domains", [str(count) for count in asked])
    yield ""


def known(title: str, half: Half, columns: Sequence[Column]) -> Iterator[str]:
    """Recall where so many of the genuine newcomers are asked about."""
    if not columns:
        return
    newcomers = len(columns[0].genuine)
    yield f"### {title}: the others are known, {half} half"
    yield ""
    yield f"Recall / named first, where of {newcomers:,} genuine newcomers so many are asked about."
    yield ""
    shares = " | ".join(f"{share:.2%}" for share in SHARES)
    yield f"| | slips | {shares} | default policy |"
    yield "| --- |" + " --- |" * (len(SHARES) + 2)
    for place in columns[0].slips:
        for column in columns:
            slips = column.slips[place]
            cells = [_share(*column.recall(slips, share), len(slips)) for share in SHARES]
            name = f"{column.tool}{', ' if place else ''}{place}"
            policy = _policy(column, place) if column is columns[0] else "-"
            yield _row(name, [str(len(slips)), *cells, policy])
    yield ""


def tell(pairs: Sequence[Pair], said: Said, column: Column, half: Half) -> None:
    """What missent does not answer rightly."""
    slips = [pair for pair in pairs if pair.verdict == "slip" and pair.half == half]
    for pair in slips:
        if said.suggested.get(pair.typed) != pair.meant:
            print(f"alone: {pair.typed}, not {pair.meant}: {_says(said, pair.typed)}")
    for place, answers in column.slips.items():
        for pair, (answer, _) in zip(slips, answers, strict=True):
            if not answer.asks or answer.meant != pair.meant:
                print(f"{place}: {pair.typed}, not {pair.meant}: {answer.score:.2f} {answer.meant}")


def _answered(pairs: Iterable[Pair], said: Said) -> str:
    count: Counter[str] = Counter()
    for pair in pairs:
        answer = _says(said, pair.typed)
        if answer is None:
            count["silent"] += 1
        elif answer in {"", pair.meant}:
            count["right" if answer else "nameless"] += 1
        else:
            count["wrong"] += 1
    return " / ".join(str(count[kind]) for kind in ("right", "nameless", "wrong", "silent"))


def _says(said: Said, name: str) -> str | None:
    """What a tool suggests; None where it is silent or says the name itself."""
    answer = said.suggested.get(name)
    return None if answer == name else answer


def _policy(column: Column, place: str) -> str:
    slips = column.slips[place]
    right = sum(answer.asks and answer.meant == meant for answer, meant in slips)
    share = column.asked / len(column.genuine)
    asked = sum(answer.asks for answer, _ in slips)
    return f"{_share(asked, right, len(slips))} at {share:.2%}"


def _share(found: int, right: int, slips: int) -> str:
    return f"{found / slips:.2f} / {right / found:.2f}" if found else "0 / -"


def _row(name: str, cells: Iterable[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"
