"""A store with a year of decisions, made up (seeded), written past our own code: it takes seconds.

Senders are 5,000 people of one organisation. Most slips are the same few hundred domains, as
popular as Zipf says; a tenth are typed once.
"""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from missent.memory.sql.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SEED = 20261125
NOW = int(time.time()) // 86_400 * 86_400  # pages look back from today
YEAR = 365 * 86_400
DAY = 86_400
_CHUNK = 50_000
_CODES = {("T101",): 60, ("T104",): 15, ("T102",): 10, ("T101", "R302"): 10, ("X901",): 5}
_SENDERS = 5_000
_COMMON = 400

COLUMNS = {
    "decision": (
        "number", "at", "sender", "recipient", "action", "codes", "probability", "did_you_mean",
        "disposition", "message_id", "enforced", "domain",
    ),
    "decision_code": ("code", "at", "number"),
    "evidence": ("number", "findings"),
    "judgement": ("number", "correct", "by", "at"),
    "code_day": ("day", "code", "prompts", "asked", "overridden"),
    "slip_day": ("day", "typed", "meant", "prompts", "asked", "overridden"),
    "tally": ("day", "what", "count"),
}  # fmt: skip
Rows = dict[str, list[tuple[Any, ...]]]


def rows(count: int) -> Iterator[Rows]:
    """The rows of every table, in pieces."""
    chance = random.Random(SEED)
    codes, weights = list(_CODES), list(_CODES.values())
    popular = [1 / (rank + 1) for rank in range(_COMMON)]
    by_code: Counter[tuple[int, str]] = Counter()
    by_slip: Counter[tuple[int, str, str]] = Counter()
    tally: Counter[tuple[int, str]] = Counter()
    for start in range(0, count, _CHUNK):
        made: Rows = {table: [] for table in COLUMNS}
        ranks = chance.choices(range(_COMMON), popular, k=_CHUNK)
        found = chance.choices(codes, weights, k=_CHUNK)
        for number in range(start + 1, min(start + _CHUNK, count) + 1):
            at = NOW - YEAR + (number * YEAR) // count
            rank, why = ranks[number - start - 1], found[number - start - 1]
            meant = f"company{rank}.com"
            typed = f"company{rank}.cm" if chance.random() < 0.9 else f"x{number}.company{rank}.cm"
            local = f"person{chance.randrange(100_000)}"
            action = chance.choice(("warn", "hold", "block"))
            if number % 100_000 == 7:
                why = ("T105",)
            made["decision"].append(
                (
                    number, at, f"user{chance.randrange(_SENDERS)}@corp.example",
                    f"{local}@{typed}", action, json.dumps(why), 0.93,
                    json.dumps([f"{local}@{meant}"]), "refused", f"{number:x}.1@mail.corp.example",
                    True, typed,
                )
            )  # fmt: skip
            made["decision_code"] += [(code, at, number) for code in why]
            made["evidence"].append((number, _findings(why, typed, local, meant)))
            if number % 200 == 0:
                made["judgement"].append((number, number % 600 != 0, "ann", at + 60))
            by_slip[at // DAY, typed, meant] += 1
            tally[at // DAY, action] += 1
            by_code.update((at // DAY, code) for code in why)
        yield made
    last: Rows = {
        "code_day": [(*key, n, n, n // 9) for key, n in by_code.items()],
        "slip_day": [(*key, n, n, n // 9) for key, n in by_slip.items()],
        "tally": [(*key, n) for key, n in tally.items()],
    }
    last["tally"] += [(day, "messages", 400_000) for day in {day for day, _ in tally}]
    yield last


def _findings(codes: Sequence[str], typed: str, local: str, meant: str) -> str:
    summary = f"`{typed}` is `{meant}` with the `o` left out; nobody here has written to `{typed}`."
    evidence = {
        "typed": typed, "meant": meant, "slip": "omission", "log_odds": 5.05, "typed_sent": 0,
        "typed_bounced": 0, "candidates": [meant],
    }  # fmt: skip
    return json.dumps(
        [
            {
                "code": code, "probability": 0.93, "summary": summary,
                "did_you_mean": [f"{local}@{meant}"], "evidence": evidence,
            }
            for code in codes
        ]
    )  # fmt: skip


async def fill(url: str, count: int) -> None:
    """Make the tables, and write the rows."""
    await (await SqlStore.open(url)).close()
    if url.startswith("sqlite"):
        await asyncio.to_thread(_sqlite, url.removeprefix("sqlite:///"), count)
    else:
        await _postgres(url, count)


def _sqlite(path: str, count: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous=OFF")
    for made in rows(count):
        for table, some in made.items():
            names = ", ".join(f'"{name}"' for name in COLUMNS[table])
            marks = ", ".join("?" * len(COLUMNS[table]))
            connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", some)
    connection.commit()
    connection.close()


async def _postgres(url: str, count: int) -> None:
    import asyncpg  # type: ignore[import-untyped]  # noqa: PLC0415  an extra

    connection = await asyncpg.connect(url)
    for made in rows(count):
        for table, some in made.items():
            await connection.copy_records_to_table(table, records=some, columns=COLUMNS[table])
    await connection.execute("ANALYZE")  # as its own daemon does within a minute
    await connection.close()
