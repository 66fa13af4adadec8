"""`python -m bench.cases`: addresses beside the peers, right, wrong, silent, false alarms, speed.

The cases: those of the plan, made slips of popular providers, military names typed for Mali, and
genuine names, each of which is a false alarm when it is questioned. No tool has any history but one
contact. The tables go to standard output and into bench/results/cases.md; which of the popular
domains missent questions is printed only, as their list is for evaluation alone.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cases import names, speed, tools
from bench.memory.measures import pace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.cases.names import Cases
    from bench.cases.speed import Speed
    from bench.cases.tools import Said

_RESULTS = Path(__file__).parents[1] / "results"


def main() -> int:
    """Measure, print and write."""
    started = time.perf_counter()
    cases, left_out = names.read()
    said, not_asked = tools.ask(name for some in cases for name in some.meant)
    machine = (
        f"Python {platform.python_version()}, {os.cpu_count()} cores of {platform.machine()}; ten "
        f"million passes of an empty loop took {pace():.2f} s of one core meanwhile."
    )
    lines = [
        "<!-- written by `python -m bench.cases` (or `make bench-cases`) -->",
        machine,
        "",
        *answers(cases, said),
        *times(said),
        *speeds(speed.measure()),
        *(f"Left out: {reason}" for reason in (*left_out, *not_asked)),
    ]
    print("\n".join(lines))
    _RESULTS.mkdir(parents=True, exist_ok=True)
    (_RESULTS / "cases.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    tell(cases, said[0])
    print(f"{time.perf_counter() - started:.0f} s in all")
    return 1 if not_asked else 0


def answers(cases: Sequence[Cases], said: Sequence[Said]) -> Iterator[str]:
    """Right, wrong and silent of the slips, and false alarms of the others."""
    yield "Cells of slips are right / wrong / silent; of genuine names, false alarms."
    yield "missent's are what reaches `warn` by the default policy; the peers' all that they say."
    yield ""
    yield "| cases | " + " | ".join(s.name for s in said) + " |"
    yield "| --- |" + " --- |" * len(said)
    for some in cases:
        title, slips = some.title, some.slips
        if slips:
            yield row(f"{title}: {slips:,} slips", [_of_slips(some, s) for s in said])
        genuine = len(some.meant) - slips
        if genuine:
            yield row(f"{title}: {genuine:,} genuine", [_alarms(some, s) for s in said])
    yield ""
    whispered = ", ".join(
        f"{len(said[0].whispered & some.meant.keys()):,} of the {some.title}"
        for some in cases
        if not some.slips
    )
    yield f"Of genuine names missent has findings too weak for the policy on {whispered}."
    yield ""


def row(*cells: str | Sequence[str]) -> str:
    """A line of a table."""
    flat = [cell for some in cells for cell in ([some] if isinstance(some, str) else some)]
    return "| " + " | ".join(flat) + " |"


def _of_slips(some: Cases, said: Said) -> str:
    got = [(said.suggested.get(typed), meant) for typed, meant in some.meant.items() if meant]
    right = sum(suggested == meant for suggested, meant in got)
    silent = sum(suggested is None for suggested, _ in got)
    return f"{right:,} / {len(got) - right - silent:,} / {silent:,}"


def questioned(some: Cases, said: Said) -> list[str]:
    """The genuine names that a tool questions."""
    return [n for n, meant in some.meant.items() if not meant and _other(said, n)]


def _other(said: Said, name: str) -> bool:
    return said.suggested.get(name) not in {None, name}


def _alarms(some: Cases, said: Said) -> str:
    wrong = len(questioned(some, said))
    return f"{wrong:,} ({wrong / (len(some.meant) - some.slips):.2%})" if wrong else "0"


def times(said: Sequence[Said]) -> Iterator[str]:
    """What an address takes."""
    yield "| tool | microseconds an address |"
    yield "| --- | --- |"
    for one in said:
        yield row(one.name, f"{one.microseconds:,.0f}")
    yield ""


def speeds(found: Sequence[Speed]) -> Iterator[str]:
    """What a decision takes with many known domains."""
    yield f"With {speed.KNOWN:,} known domains, the best of some rounds, in microseconds:"
    yield ""
    yield "| question | of one core | by the clock |"
    yield "| --- | --- | --- |"
    for one in found:
        yield row(one.what, f"{one.core:,.1f}", f"{one.clock:,.1f}")
    yield ""


def tell(cases: Sequence[Cases], missent: Said) -> None:
    """Which genuine names are questioned, and which slips are not answered rightly."""
    for some in cases:
        for name in questioned(some, missent):
            print(f"{some.title}: {name} -> {missent.suggested[name] or '(nothing)'}")
    for some in cases[:2]:
        wrong = [
            f"{typed} -> {missent.suggested.get(typed)}, not {meant}"
            for typed, meant in some.meant.items()
            if meant and missent.suggested.get(typed) not in {None, meant}
        ]
        print(f"{some.title}: {len(wrong)} wrong: {'; '.join(wrong)}")


if __name__ == "__main__":
    sys.exit(main())
