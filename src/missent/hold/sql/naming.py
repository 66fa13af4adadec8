"""Which held messages name an address, and how they are forgotten."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from missent.core.address import Address
from missent.core.errors import AddressError
from missent.hold.sql import keeping
from missent.hold.sql.tables import held, held_recipient

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


async def naming(connection: AsyncConnection, key: str) -> set[str]:
    """The names of the messages that name an address (`Address.key`) in full.

    Addresses are kept as they were written, and compared as what they mean.
    """
    domain = key.rpartition("@")[2]
    mine = held_recipient.c
    found = set(await connection.scalars(select(held.c.name).where(held.c.sender == key)))
    near = select(mine.message, mine.address, mine.sent_to, mine.meant).where(
        or_(*(column.icontains(domain) for column in (mine.address, mine.sent_to, mine.meant)))
    )
    for row in await connection.execute(near):
        if key in map(_key, (row.address, row.sent_to, *json.loads(row.meant))):
            found.add(row.message)
    return found


async def forget(connection: AsyncConnection, key: str) -> tuple[int, int]:
    """Take away the record of what is over; how many messages, and how many wait still."""
    names = await naming(connection, key)
    over = await keeping.over(connection, names)
    await keeping.remove(connection, over)
    return len(over), len(names) - len(over)


def _key(text: str) -> str:
    try:
        return Address.parse(text, lenient=True).key
    except AddressError:  # "" where it was sent nowhere
        return ""
