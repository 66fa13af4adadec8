"""`python -m bench.memory`: 1,000,000 contacts at 200,000 domains, loaded and asked.

Beside it, in the same run and over the same domain names: RapidFuzz scanning them all, and
symspellpy. Each step has a process of its own, so that its memory is its own. The page goes to
standard output and, at the full size, into bench/results/memory.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.memory.made import domains_for, fill
from bench.memory.measures import pace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_RESULTS = Path(__file__).parents[1] / "results"
_CONTACTS = 1_000_000


def main() -> int:
    """Run every step, print the page and write it."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--contacts", type=int, default=_CONTACTS)
    arguments.add_argument("--step", choices=["questions", "peers"], help=argparse.SUPPRESS)
    arguments.add_argument("--store", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.step:
        print(json.dumps(_step(options.step, options.store)))
        return 0
    page = "\n".join(run(options.contacts)) + "\n"
    print(page, end="")
    if options.contacts == _CONTACTS:
        _RESULTS.mkdir(parents=True, exist_ok=True)
        (_RESULTS / "memory.md").write_text(page, encoding="utf-8")
    return 0


def _step(step: str, store: str) -> Any:
    # Each step imports its own: what it imports counts as its memory.
    if step == "questions":
        from bench.memory import questions  # noqa: PLC0415

        return asyncio.run(questions.measure(store))
    from bench.memory import peers  # noqa: PLC0415

    with closing(sqlite3.connect(store)) as connection:
        names = [row[0] for row in connection.execute("SELECT DISTINCT domain FROM contact")]
    return peers.measure(names)


def run(contacts: int) -> Iterator[str]:
    """Write so many contacts, take every step, and give the lines of the page."""
    with tempfile.TemporaryDirectory() as place:
        store = Path(place) / "missent.db"
        start = time.process_time()
        asyncio.run(fill(store, contacts))
        written, size = time.process_time() - start, store.stat().st_size / 1e6
        paces = [pace()]
        found = {}
        for step in ("questions", "peers"):
            command = [sys.executable, "-m", "bench.memory", "--step", step, "--store", str(store)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
            found[step] = json.loads(done.stdout)
            paces.append(pace())
    yield from page(contacts, found, written, size, paces)


def page(
    contacts: int, found: Mapping[str, Any], written: float, size: float, paces: Sequence[float]
) -> Iterator[str]:
    """The lines of the page.

    Args:
        contacts: how many.
        found: what each step measured.
        written: seconds that writing took.
        size: of the store in MB.
        paces: of the machine, by `pace`.
    """
    domains = domains_for(contacts)
    (pairs, clock, core, warm, before, loaded, size_warm), asked = found["questions"]
    yield "<!-- written by `python -m bench.memory` (or `make bench-memory`) -->"
    yield (
        f"Python {platform.python_version()}, {os.cpu_count()} cores of {platform.machine()}; ten "
        f"million passes of an empty loop took {min(paces):.2f} to {max(paces):.2f} s of one core "
        f"meanwhile, and the load was {os.getloadavg()[0]:.1f}, one of it this run's."
    )
    yield ""
    yield (
        f"{contacts:,} made-up contacts at {domains:,} domains ({pairs:,} rows with those of who "
        f"wrote here): written in {written:.0f} s, {size:.0f} MB on disk. Loaded in {clock:.1f} s "
        f"({core:.1f} s of one core); the largest domains are indexed after {warm:.1f} s, beside "
        f"decisions. Resident: {loaded:.0f} MB, {size_warm:.0f} MB with those indexes, {before:.0f}"
        " MB of them before."
    )
    yield ""
    yield (
        "A whole decision, in microseconds of one core: the mean of the best and of the middle one "
        "of seven rounds of 500 questions, none of them asked twice."
    )
    yield ""
    yield "| question | best round | middle round | something found |"
    yield "| --- | --- | --- | --- |"
    for what, least, median, share in asked:
        yield f"| {what} | {least:.1f} | {median:.1f} | {share:.0%} |"
    yield ""
    yield (
        f"The names near one of {domains:,} known ones, which is a part of such a decision, by "
        "others; asked are known domains with a letter left out."
    )
    yield ""
    yield "| tool | microseconds | MB more | seconds to get ready |"
    yield "| --- | --- | --- | --- |"
    for what, took, more, ready in found["peers"]:
        yield f"| {what} | {took:,.0f} | {more:.0f} | {ready:.1f} |"


if __name__ == "__main__":
    sys.exit(main())
