"""Decisions: written with their findings, found again, judged.

They are listed by moment. A page walks down one index, that of the narrowest filter, and looks at
so many rows at most; so it takes no longer where nothing fits, however many decisions there are.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, or_, select, tuple_

from missent.memory.decided import Decision, Judgement, Page
from missent.memory.sql.tables import decision, decision_code, evidence, judgement
from missent.memory.sql.text import clean, scrub

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Column, ColumnElement, Connection, FromClause, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from missent.core.pattern import Pattern
    from missent.memory.decided import Sought

_WALK = 50_000  # rows that a page looks at
_EVIDENCE = 20_000  # characters of a decision's findings; more go without their evidence
_COLUMNS = (
    decision,
    evidence.c.findings,
    judgement.c.correct,
    judgement.c.by.label("judged_by"),
    judgement.c.at.label("judged_at"),
)
_WHOLE = decision.outerjoin(evidence, evidence.c.number == decision.c.number).outerjoin(
    judgement, judgement.c.number == decision.c.number
)
_JUDGED = {"right": judgement.c.correct.is_(True), "wrong": judgement.c.correct.is_(False)}


def write(connection: Connection, made: Sequence[Decision]) -> None:
    """Write decisions with their codes and findings."""
    numbers = connection.scalars(
        insert(decision).returning(decision.c.number, sort_by_parameter_order=True),
        [_row(one) for one in made],
    ).all()
    numbered = list(zip(numbers, made, strict=True))
    codes = [
        {"code": code, "at": one.at, "number": number}
        for number, one in numbered
        for code in dict.fromkeys(one.codes)
    ]
    findings = [
        {"number": number, "findings": _findings(one)} for number, one in numbered if one.findings
    ]
    if codes:
        connection.execute(insert(decision_code), codes)
    if findings:
        connection.execute(insert(evidence), findings)


def _row(made: Decision) -> dict[str, Any]:
    return {
        "at": made.at,
        "sender": made.sender,
        "recipient": made.recipient,
        "action": made.action,
        "codes": json.dumps(made.codes),
        "probability": made.probability,
        "did_you_mean": json.dumps(made.did_you_mean, ensure_ascii=False),
        "disposition": clean(made.disposition),
        "message_id": clean(made.message_id),
        "enforced": made.enforced,
        "domain": made.recipient.rpartition("@")[2],
    }


def _findings(made: Decision) -> str:
    text = json.dumps(made.findings, ensure_ascii=False)
    if len(text) > _EVIDENCE:
        text = json.dumps([{**one, "evidence": {}} for one in made.findings], ensure_ascii=False)
    return scrub(text if len(text) <= _EVIDENCE else "[]")


async def after(
    connection: AsyncConnection, number: int, limit: int, sought: Sought
) -> list[tuple[int, Decision]]:
    """Decisions above a number that fit, in the order they were recorded."""
    return await _read(
        connection,
        select(*_COLUMNS)
        .select_from(_WHOLE)
        .where(decision.c.number > number, *_fitting(sought))
        .order_by(decision.c.number)
        .limit(limit),
    )


async def one(connection: AsyncConnection, number: int) -> Decision | None:
    """The decision of a number."""
    query = select(*_COLUMNS).select_from(_WHOLE).where(decision.c.number == number)
    found = await _read(connection, query)
    return found[0][1] if found else None


async def latest(
    connection: AsyncConnection, before: int | None, limit: int, sought: Sought
) -> Page:
    """Decisions that fit, the newest first."""
    source, moment, number, narrow = _index(sought)
    start = None
    if before is not None:
        query = select(decision.c.at).where(decision.c.number == before)
        start = (await connection.scalar(query), before)
        if start[0] is None:  # it is gone: go on where it was
            query = select(func.max(decision.c.at)).where(decision.c.number < before)
            start = (await connection.scalar(query) or 0, before)
    range_ = [*narrow, *_between(moment, sought)]
    if start is not None:
        range_.append(tuple_(moment, number) < start)
    end = await _end(connection, select(moment, number).select_from(source).where(*range_))
    if end is not None:
        range_.append(tuple_(moment, number) >= end)
    whole = _WHOLE if source is decision else source.join(_WHOLE, number == decision.c.number)
    rows = await _read(
        connection,
        select(*_COLUMNS)
        .select_from(whole)
        .where(*range_, *_fitting(sought))
        .order_by(moment.desc(), number.desc())
        .limit(limit),
    )
    if len(rows) == limit:
        return Page(rows, rows[-1][0], rows[-1][1].at)
    return Page(rows) if end is None else Page(rows, end[1], end[0])


async def _end(connection: AsyncConnection, walk: Select[int, int]) -> tuple[int, int] | None:
    """The last row that a page looks at; None where it sees all."""
    moment, number = walk.selected_columns
    row = (
        await connection.execute(
            walk.order_by(moment.desc(), number.desc()).limit(1).offset(_WALK - 1)
        )
    ).one_or_none()
    return (row[0], row[1]) if row else None


def _index(
    sought: Sought,
) -> tuple[FromClause, Column[int], Column[int], list[ColumnElement[bool]]]:
    """What a page walks down: a table, its moment and number, and what narrows it."""
    mine = decision.c
    if sought.judgement in _JUDGED:  # few: people made them
        judged = select(judgement.c.number).where(_JUDGED[sought.judgement])
        return decision, mine.at, mine.number, [mine.number.in_(judged)]
    for column, wanted in (
        (mine.sender, sought.sender and sought.sender.address),
        (mine.recipient, sought.recipient and sought.recipient.address),
        (mine.domain, sought.recipient and sought.recipient.domain),
    ):
        if wanted:
            return decision, mine.at, mine.number, [column == wanted]
    if sought.code:
        its = decision_code.c
        return decision_code, its.at, its.number, [its.code == sought.code]
    narrow = [mine.action == sought.action] if sought.action else []
    return decision, mine.at, mine.number, narrow


def _between(moment: Column[int], sought: Sought) -> Iterator[ColumnElement[bool]]:
    if sought.since:
        yield moment >= sought.since
    if sought.until is not None:
        yield moment < sought.until


def _fitting(sought: Sought) -> Iterator[ColumnElement[bool]]:
    yield from _between(decision.c.at, sought)
    if sought.sender is not None:
        yield _matching(decision.c.sender, sought.sender)
    if sought.recipient is not None:
        yield _matching(decision.c.recipient, sought.recipient)
    if sought.code:
        yield decision.c.codes.contains(json.dumps(sought.code), autoescape=True)
    if sought.action:
        yield decision.c.action == sought.action
    if sought.text:
        yield or_(
            decision.c.sender.icontains(sought.text, autoescape=True),
            decision.c.recipient.icontains(sought.text, autoescape=True),
        )
    if sought.judgement in _JUDGED:
        yield _JUDGED[sought.judgement]
    elif sought.judgement:
        yield judgement.c.number.is_(None)


def _matching(column: Column[str], pattern: Pattern) -> ColumnElement[bool]:
    """The same as `Pattern.matches`, of a column of `Address.key`."""
    if pattern.address:
        return column == pattern.address
    if pattern.domain and column is decision.c.recipient:
        return decision.c.domain == pattern.domain
    return column.endswith(pattern.below or f"@{pattern.domain}", autoescape=True)


async def _read(connection: AsyncConnection, query: Select[Any]) -> list[tuple[int, Decision]]:
    return [(row.number, as_decision(row)) for row in await connection.execute(query)]


def whole() -> Select[Any]:
    """All decisions, each row fit for `as_decision`."""
    return select(*_COLUMNS).select_from(_WHOLE).order_by(decision.c.number)


def as_decision(row: Any) -> Decision:
    """A row of `decision`, with what lies beside it."""
    judged = None
    if row.judged_at is not None:
        judged = Judgement(bool(row.correct), row.judged_by, row.judged_at)
    return Decision(
        row.at,
        row.sender,
        row.recipient,
        row.action,
        tuple(json.loads(row.codes)),
        row.probability,
        tuple(json.loads(row.did_you_mean)),
        row.disposition,
        row.message_id,
        bool(row.enforced),
        tuple(json.loads(row.findings or "[]")),
        judged,
    )


async def judge(connection: AsyncConnection, number: int, said: Judgement | None) -> bool:
    """Keep a judgement in place of an earlier one, or take it back."""
    known = await connection.scalar(select(decision.c.number).where(decision.c.number == number))
    if known is None:
        return False
    await connection.execute(delete(judgement).where(judgement.c.number == number))
    if said is not None:
        row = {"number": number, "correct": said.right, "by": clean(said.by), "at": said.at}
        await connection.execute(insert(judgement).values(row))
    return True


async def take_away(connection: AsyncConnection, which: ColumnElement[bool]) -> int:
    """Delete decisions, and all that lies beside them; return how many."""
    numbers = select(decision.c.number).where(which)
    for table in (decision_code, evidence, judgement):
        await connection.execute(delete(table).where(table.c.number.in_(numbers)))
    return (await connection.execute(delete(decision).where(which))).rowcount
