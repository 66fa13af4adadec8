"""Takes away what somebody asked to be forgotten, and what has become too old."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, delete, or_, select, update

from missent.core.address import Address
from missent.core.errors import AddressError
from missent.core.pattern import Pattern
from missent.memory.interface import DAY
from missent.memory.sql import decisions
from missent.memory.sql.tables import (
    attempt,
    code_day,
    contact,
    correction,
    decision,
    domain_facts,
    evidence,
    exception,
    seen,
    slip_day,
    tally,
)
from missent.memory.sql.write import advance, mark

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table
    from sqlalchemy.ext.asyncio import AsyncConnection


def about(table: Table, address: str) -> ColumnElement[bool]:
    """Which rows of a table name an address in full."""
    if table is contact:
        local, _, domain = address.rpartition("@")
        return or_(
            and_(contact.c.domain == domain, contact.c.local == local), contact.c.sender == address
        )
    if table is correction:
        return or_(
            correction.c.sender == address,
            correction.c.typed == address,
            correction.c.meant == address,
        )
    if table is attempt:
        return or_(attempt.c.sender == address, attempt.c.address == address)
    return or_(decision.c.sender == address, decision.c.recipient == address)


async def forget(connection: AsyncConnection, address: str) -> dict[str, int]:
    """Take away every row that names an address; readers must then begin anew."""
    change = await advance(connection)
    gone = {
        table.name: await _delete(connection, table, about(table, address))
        for table in (contact, correction, attempt)
    }
    gone["decision"] = await decisions.take_away(connection, about(decision, address))
    gone["decision"] += await _forget_offers(connection, address)
    await _forget_evidence(connection, address)
    gone["exception"] = await _forget_exceptions(connection, address)
    if gone["exception"]:
        await mark(connection, "exceptions", change)
    if any(gone.values()):
        await mark(connection, "generation", change)
    return gone


async def _forget_offers(connection: AsyncConnection, address: str) -> int:
    """Take the address out of the `did_you_mean` of decisions about others."""
    likely = await connection.execute(
        select(decision.c.number, decision.c.did_you_mean).where(
            decision.c.did_you_mean.contains(address, autoescape=True)
        )
    )
    changed = []
    for row in likely:
        offered = json.loads(row.did_you_mean)
        kept = [other for other in offered if _key(other) != address]
        if kept != offered:
            changed.append({"row": row.number, "kept": json.dumps(kept, ensure_ascii=False)})
    if changed:
        await connection.execute(
            update(decision)
            .where(decision.c.number == bindparam("row"))
            .values(did_you_mean=bindparam("kept")),
            changed,
        )
    return len(changed)


async def _forget_evidence(connection: AsyncConnection, address: str) -> None:
    """Take away the findings about others that name the address somewhere."""
    written = json.dumps(address, ensure_ascii=False)[1:-1]
    named = evidence.c.findings.icontains(written, autoescape=True)
    await connection.execute(delete(evidence).where(named))


def _key(text: str) -> str:
    try:
        return Address.parse(text, lenient=True).key
    except AddressError:
        return text


async def _forget_exceptions(connection: AsyncConnection, address: str) -> int:
    rows = await connection.execute(
        select(exception.c.number, exception.c.pattern, exception.c.sender)
    )
    named = [
        row.number
        for row in rows
        if address in {Pattern.parse(t).address for t in (row.pattern, row.sender) if t}
    ]
    return await _delete(connection, exception, exception.c.number.in_(named)) if named else 0


async def expire(connection: AsyncConnection, before: int) -> dict[str, int]:
    """Take away what was last used before a moment."""
    change = await advance(connection)
    gone = {
        "contact": await _delete(connection, contact, contact.c.active < before),
        "correction": await _delete(connection, correction, correction.c.at < before),
        "decision": await decisions.take_away(connection, decision.c.at < before),
        "exception": await _delete(connection, exception, exception.c.expires < before),
        "domain_facts": await _delete(connection, domain_facts, domain_facts.c.expires < before),
        "attempt": await _delete(connection, attempt, attempt.c.first < before),
        "seen": await _delete(connection, seen, seen.c.day < before // DAY),
        "tally": await _delete(connection, tally, tally.c.day < before // DAY),
    }
    for table in (code_day, slip_day):
        await _delete(connection, table, table.c.day < before // DAY)
    if gone["exception"]:
        await mark(connection, "exceptions", change)
    if gone["contact"] or gone["correction"]:
        await mark(connection, "generation", change)
    return gone


async def _delete(connection: AsyncConnection, table: Table, which: ColumnElement[bool]) -> int:
    return (await connection.execute(delete(table).where(which))).rowcount
