"""A million decisions in SQLite and in PostgreSQL: what a page asks of the store, and the API.

Each page, and each query of one, is asked twenty times; the median and the slowest stand in the
table. The target of a page is 300 ms at the median, that of `POST /v1/screen` 5 ms. `python -m
bench.console [--decisions N]`, or `make bench-console`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.console import pages, screen
from bench.console.fill import fill
from bench.console.queries import queries
from missent.memory.sql.store import SqlStore
from missent.testing.postgres import Postgres, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS = Path(__file__).parents[1] / "results/console.md"
TIMES = 20
TARGET = 0.3


def main() -> int:
    """Measure, print and write the tables; 1 where a median is above its target."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--decisions", type=int, default=1_000_000)
    count = arguments.parse_args().decisions
    found: dict[str, dict[str, list[float]]] = {}
    shown: dict[str, dict[str, list[float]]] = {}
    for name, url in _stores():
        begin = time.perf_counter()
        asyncio.run(fill(url, count))
        print(f"{name}: {count:,} decisions in {time.perf_counter() - begin:.0f} s", flush=True)
        found[name] = asyncio.run(_ask(url, count))
        shown[name] = pages.measure(url)
    asked = asyncio.run(screen.measure())
    text = "\n".join(_page(count, shown, found, asked))
    print(text)
    if count == arguments.get_default("decisions"):
        RESULTS.write_text(text + "\n", "utf-8")
    slow = [
        what for of in (*shown.values(), *found.values()) for what, took in of.items()
        if statistics.median(took) > TARGET
    ]  # fmt: skip
    print(f"above {TARGET * 1000:.0f} ms: {', '.join(slow) or 'none'}")
    return bool(slow)


@contextlib.contextmanager
def _folder() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield folder


def _stores() -> Iterator[tuple[str, str]]:
    with _folder() as folder:
        yield "SQLite", f"sqlite:///{folder}/missent.db"
    if reason := why_not():
        print(reason)
        return
    with Postgres() as server:
        yield "PostgreSQL", server.database()


async def _ask(url: str, count: int) -> dict[str, list[float]]:
    store = await SqlStore.open(url)
    found: dict[str, list[float]] = {}
    try:
        for what, ask in queries(store, count).items():
            took = []
            for _ in range(TIMES):
                begin = time.perf_counter()
                await ask()
                took.append(time.perf_counter() - begin)
            found[what] = took
    finally:
        await store.close()
    return found


def _page(
    count: int,
    shown: dict[str, dict[str, list[float]]],
    found: dict[str, dict[str, list[float]]],
    asked: list[tuple[str, ...]],
) -> Iterator[str]:
    yield f"# Console and API\n\nBy `make bench-console`: {count:,} decisions in the store.\n"
    yield "## The console's pages, by HTTP\n"
    yield from _table(shown)
    yield "\n## What a page asks of the store\n"
    yield from _table(found)
    yield f"\nEach asked {TIMES} times, 50 rows a page; the target is 300 ms at the median.\n"
    yield f"## `POST /v1/screen`, {screen.CONTACTS:,} contacts\n"
    yield "|  | median | 99 % | CPU of the server |\n| --- | --- | --- | --- |"
    for row in asked:
        yield f"| {' | '.join(row)} |"
    yield (
        f"\n{screen.ROUNDS} requests each by one client over one connection, on the same two cores;"
        f" the target is 5 ms at the median. Load average {screen.load()} at the end."
    )


def _table(found: dict[str, dict[str, list[float]]]) -> Iterator[str]:
    yield "|  |" + "".join(f" {name}: median | slowest |" for name in found)
    yield "| --- |" + " --- |" * 2 * len(found)
    for what in next(iter(found.values())):
        cells = [
            f"{statistics.median(of[what]) * 1000:.1f} ms | {max(of[what]) * 1000:.0f} ms"
            for of in found.values()
        ]
        yield f"| {what} | {' | '.join(cells)} |"


if __name__ == "__main__":
    raise SystemExit(main())
