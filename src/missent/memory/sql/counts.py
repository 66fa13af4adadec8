"""What is counted by day: messages and recipients, prompts by check, and slips by domain.

A prompt is counted when its decision is written, an override when it happens; so the two of one
message may fall on different days.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import case, func, select

from missent.core.address import Address
from missent.core.errors import AddressError
from missent.memory.counted import ASKED, CONFIRMED, Counted, Day, Slip
from missent.memory.interface import DAY
from missent.memory.sql.tables import code_day, slip_day, tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.ext.asyncio import AsyncConnection

    from missent.memory.decided import Decision
    from missent.memory.interface import Batch

_Sums: TypeAlias = "defaultdict[tuple[int | str, ...], list[int]]"
_SUMS = ("prompts", "asked", "overridden")


def by_code(batch: Batch) -> list[tuple[int | str, ...]]:
    """What a batch adds to `code_day`."""
    sums: _Sums = defaultdict(lambda: [0, 0, 0])
    for day, _, codes, _, kinds in _counted(batch):
        for code in dict.fromkeys(codes):
            _add(sums[day, code], kinds)
    return [(*key, *row) for key, row in sorted(sums.items())]


def by_slip(batch: Batch) -> list[tuple[int | str, ...]]:
    """What a batch adds to `slip_day`."""
    sums: _Sums = defaultdict(lambda: [0, 0, 0])
    for day, typed, _, meant, kinds in _counted(batch):
        if meant:
            _add(sums[day, _domain(typed), _domain(meant)], kinds)
    return [(*key, *row) for key, row in sorted(sums.items())]


def _counted(
    batch: Batch,
) -> Iterator[tuple[int, str, tuple[str, ...], str, tuple[int, int, int]]]:
    for made in batch.decisions:
        if made.action != "allow":
            offered = made.did_you_mean[0] if made.did_you_mean else ""
            yield made.at // DAY, made.recipient, made.codes, offered, _kinds(made)
    for one in batch.overridden:
        yield one.at // DAY, one.recipient, one.codes, one.meant, (0, 0, 1)


def _kinds(made: Decision) -> tuple[int, int, int]:
    if made.disposition.startswith(CONFIRMED):
        return 0, 0, 1  # its first sending was the prompt
    return 1, int(made.enforced and made.disposition.startswith(ASKED)), 0


def _add(row: list[int], kinds: tuple[int, int, int]) -> None:
    for place, count in enumerate(kinds):
        row[place] += count


def _domain(address: str) -> str:
    try:
        return Address.parse(address, lenient=True).domain.name
    except AddressError:
        return address.rpartition("@")[2]


async def tallies(
    connection: AsyncConnection, since: int, until: int
) -> dict[tuple[int, str], int]:
    """What was counted on the days from one to before another."""
    rows = await connection.execute(
        select(tally).where(tally.c.day >= since, tally.c.day < until).order_by(tally.c.day)
    )
    return {(row.day, row.what): row[2] for row in rows}


async def days(connection: AsyncConnection, since: int, until: int) -> list[Day]:
    """The days that have a count."""
    recipients: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for (day, what), count in (await tallies(connection, since, until)).items():
        recipients[day][what] = count
    codes: defaultdict[int, dict[str, Counted]] = defaultdict(dict)
    its = code_day.c
    for row in await connection.execute(
        select(code_day).where(its.day >= since, its.day < until).order_by(its.day, its.code)
    ):
        codes[row.day][row.code] = Counted(row.prompts, row.asked, row.overridden)
    return [
        Day(day, recipients[day].pop("messages", 0), recipients[day], codes[day])
        for day in sorted({*recipients, *codes})
    ]


async def slips(connection: AsyncConnection, since: int, until: int, limit: int) -> list[Slip]:
    """What was typed for what, those first that were most often averted."""
    its = slip_day.c
    prompts, asked, overridden = (func.sum(its[name]) for name in _SUMS)
    averted = case((asked > overridden, asked - overridden), else_=0)
    rows = await connection.execute(
        select(its.typed, its.meant, prompts, asked, overridden)
        .where(its.day >= since, its.day < until)
        .group_by(its.typed, its.meant)
        .order_by(averted.desc(), prompts.desc(), its.typed, its.meant)
        .limit(limit)
    )
    return [Slip(row[0], row[1], Counted(*map(int, row[2:]))) for row in rows]
