"""What was tried, by whom, to whom and when first: one row a purpose, sender and address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, select

from missent.memory.sql.tables import attempt
from missent.memory.sql.write import upsert

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_MOST = 500  # of one sender and purpose; the oldest go first


async def first(
    connection: AsyncConnection, key: tuple[str, str, str], at: int, within: int
) -> int | None:
    """Tell when the first attempt that counts was made, or record this one and return None.

    Args:
        connection: in a transaction that may write.
        key: purpose, sender, address.
        at: now, in seconds since the epoch.
        within: how long an attempt counts, in seconds.
    """
    purpose, sender, address = key
    table = attempt.c
    await connection.execute(
        delete(attempt).where(and_(table.purpose == purpose, table.first < at - within))
    )
    row = {"purpose": purpose, "sender": sender, "address": address, "first": at}
    done = await connection.execute(
        upsert(connection, attempt)
        .values(row)
        .on_conflict_do_nothing(index_elements=["purpose", "sender", "address"])
    )
    if done.rowcount:
        await _bound(connection, purpose, sender)
        return None
    found = await connection.scalar(
        select(table.first).where(
            and_(table.purpose == purpose, table.sender == sender, table.address == address)
        )
    )
    return None if found is None else int(found)


async def _bound(connection: AsyncConnection, purpose: str, sender: str) -> None:
    mine = and_(attempt.c.purpose == purpose, attempt.c.sender == sender)
    newest = select(attempt.c.first).where(mine).order_by(attempt.c.first.desc())
    too_old = await connection.scalar(newest.offset(_MOST).limit(1))
    if too_old is not None:
        await connection.execute(delete(attempt).where(and_(mine, attempt.c.first <= too_old)))


async def drop(connection: AsyncConnection, purpose: str, sender: str, address: str) -> None:
    """Let the next attempt be a first one again."""
    table = attempt.c
    await connection.execute(
        delete(attempt).where(
            and_(table.purpose == purpose, table.sender == sender, table.address == address)
        )
    )
