"""Everything that is kept, row by row, as plain JSON values."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, cast

from sqlalchemy import select

from missent.core.moment import iso
from missent.memory.sql.decisions import as_decision, whole
from missent.memory.sql.erase import about
from missent.memory.sql.read import as_exception
from missent.memory.sql.tables import (
    attempt,
    code_day,
    contact,
    correction,
    decision,
    domain_facts,
    exception,
    lookalike,
    registration,
    slip_day,
    tally,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from typing import Any

    from sqlalchemy import Table
    from sqlalchemy.ext.asyncio import AsyncConnection

    from missent.core.finding import Json

_BATCH = 5_000
_EPOCH = date(1970, 1, 1).toordinal()


async def export(
    connection: AsyncConnection, address: str | None
) -> AsyncIterator[Mapping[str, Json]]:
    """All rows, or those that name an address."""
    async for row in _rows(connection, contact, address):
        yield {
            "kind": "contact",
            "sender": row.sender,
            "address": f"{row.local}@{row.domain}",
            "sent": row.sent,
            "first": moment(row.first),
            "last": moment(row.last),
            "received": row.received,
            "bounced": row.bounced,
            "confirmed": bool(row.confirmed),
        }
    async for row in _rows(connection, correction, address):
        yield {
            "kind": "correction",
            "sender": row.sender,
            "typed": row.typed,
            "meant": row.meant,
            "at": moment(row.at),
        }
    async for row in _rows(connection, decision, address):
        yield {"kind": "decision", **_decision(row)}
    async for row in _rows(connection, attempt, address):
        yield {
            "kind": "attempt",
            "purpose": row.purpose,
            "sender": row.sender,
            "address": row.address,
            "first": moment(row.first),
        }
    async for row in _rows(connection, exception, None):
        stored = as_exception(row)
        patterns = {stored.permission.pattern.address}
        if stored.permission.sender:
            patterns.add(stored.permission.sender.address)
        if address is None or address in patterns:
            yield {
                "kind": "exception",
                "number": row.number,
                "pattern": row.pattern,
                "owner": row.owner,
                "reason": row.reason,
                "expires": None if row.expires is None else moment(row.expires),
                "sender": row.sender,
                "created": moment(row.created),
            }
    if address is None:
        async for named in _of_nobody(connection):
            yield named


def _decision(row: Any) -> dict[str, Json]:
    said = asdict(as_decision(row)) | {"at": moment(row.at)}
    if said["judgement"] is not None:
        said["judgement"]["at"] = moment(said["judgement"]["at"])
    return cast("dict[str, Json]", said)


async def _of_nobody(connection: AsyncConnection) -> AsyncIterator[Mapping[str, Json]]:
    for table in (code_day, slip_day):
        names = table.c.keys()
        async for row in _rows(connection, table, None):
            yield {"kind": table.name, **dict(zip(names, row, strict=True)), "day": day(row.day)}
    async for row in _rows(connection, tally, None):
        yield {"kind": "tally", "day": day(row.day), "what": row.what, "count": row[2]}
    async for row in _rows(connection, domain_facts, None):
        yield {
            "kind": "domain_facts",
            "domain": row.domain,
            "facts": row.facts,
            "fetched": moment(row.fetched),
            "expires": moment(row.expires),
        }
    async for row in _rows(connection, lookalike, None):
        yield {
            "kind": "lookalike",
            "name": row.name,
            "meant": row.meant,
            "at": moment(row.at),
            "state": row.state,
            "operator": row.operator,
        }
    async for row in _rows(connection, registration, None):
        yield {
            "kind": "registration",
            "name": row.name,
            "at": moment(row.at),
            "registered": row.registered,
            "expires": row.expires,
            "registrar": row.registrar,
            "registrant": row.registrant,
            "standing": row.standing,
        }


def moment(at: int) -> str | None:
    """A moment as RFC 3339 has it; None for 0, which means never."""
    return iso(at) if at else None


def day(number: int) -> str:
    """A day since the epoch as ISO 8601."""
    return date.fromordinal(_EPOCH + number).isoformat()


async def _rows(
    connection: AsyncConnection, table: Table, address: str | None
) -> AsyncIterator[Any]:
    query = whole() if table is decision else select(table).order_by(*table.primary_key.columns)
    if address is not None:
        query = query.where(about(table, address))
    async with connection.stream(query.execution_options(yield_per=_BATCH)) as rows:
        async for row in rows:
            yield row
