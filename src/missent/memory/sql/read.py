"""Reads rows back as the values of the interface."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, select, tuple_, type_coerce

from missent.core.facts import DomainFacts
from missent.core.pattern import Pattern
from missent.core.permission import Permission
from missent.memory.interface import StoredException
from missent.memory.learned import Changes, Contact, Correction, Head
from missent.memory.sql.tables import contact, correction, domain_facts, exception, state

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Sequence

    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection

BATCH = 20_000
_CHUNK = 5_000

# `confirmed` as the driver gives it: turning 0 or 1 into a bool takes a Python call a row.
CONTACT = tuple(
    type_coerce(contact.c[name], Integer) if name == "confirmed" else contact.c[name]
    for name in Contact._fields
)
_STATE = select(state)
_CORRECTION = (correction.c.sender, correction.c.typed, correction.c.meant, correction.c.at)


def head(connection: Connection) -> Head:
    """Where the store stands."""
    values = dict(tuple(row) for row in connection.execute(_STATE))
    return Head(values["change"], values["generation"], values["exceptions"])


async def contacts(connection: AsyncConnection) -> AsyncIterator[Sequence[Contact]]:
    """All contacts, in the order of the key."""
    query = select(*CONTACT).order_by(contact.c.domain, contact.c.local, contact.c.sender)
    async with connection.stream(query.execution_options(yield_per=BATCH)) as rows:
        async for batch in rows.partitions():
            # A Row is laid out as a Contact is; making a million of them anew takes a second.
            yield batch  # type: ignore[misc]


async def look_up(
    connection: AsyncConnection,
    domain: str,
    local: str | None,
    sender: str | None,
    *,
    after: tuple[str, str, str] | None,
    limit: int,
) -> list[Contact]:
    """Contacts that fit, in the order of the key."""
    key = (contact.c.domain, contact.c.local, contact.c.sender)
    query = select(*CONTACT).order_by(*key).limit(limit)
    for column, wanted in zip(key, (domain or None, local, sender), strict=True):
        if wanted is not None:
            query = query.where(column == wanted)
    if after is not None:
        query = query.where(tuple_(*key) > after)
    return [Contact(*row) for row in await connection.execute(query)]


def changes(connection: Connection, since: int) -> Changes:
    """What changed after `since`."""
    now = head(connection)
    if now.change <= since:
        return Changes(now)
    rows = connection.execute(select(*CONTACT).where(contact.c.change > since))
    corrected = connection.execute(
        select(*_CORRECTION).where(correction.c.change > since).order_by(correction.c.change)
    )
    return Changes(
        now,
        [Contact(*row) for row in rows],
        [Correction(*row) for row in corrected],
    )


async def corrections(connection: AsyncConnection) -> list[Correction]:
    """All corrections, the oldest first."""
    rows = await connection.execute(select(*_CORRECTION).order_by(correction.c.at))
    return [Correction(*row) for row in rows]


async def exceptions(connection: AsyncConnection) -> list[StoredException]:
    """All exceptions, the oldest first."""
    rows = await connection.execute(select(exception).order_by(exception.c.number))
    return [as_exception(row) for row in rows]


def as_exception(row: Any) -> StoredException:
    """A row of `exception`."""
    permission = Permission(
        Pattern.parse(row.pattern),
        row.owner,
        row.reason,
        row.expires,
        None if row.sender is None else Pattern.parse(row.sender),
    )
    return StoredException(row.number, permission, row.created)


async def facts(
    connection: AsyncConnection, domains: Collection[str], at: int
) -> dict[str, DomainFacts]:
    """Facts that still hold."""
    found: dict[str, DomainFacts] = {}
    names = list(domains)
    for start in range(0, len(names), _CHUNK):
        rows = await connection.execute(
            select(domain_facts.c.domain, domain_facts.c.facts).where(
                domain_facts.c.domain.in_(names[start : start + _CHUNK]),
                domain_facts.c.expires > at,
            )
        )
        found.update((row.domain, facts_from_json(row.facts)) for row in rows)
    return found


def facts_to_json(facts: DomainFacts) -> str:
    """Facts as the column holds them."""
    return json.dumps(
        {
            "exists": facts.exists,
            "mail_exchangers": facts.mail_exchangers,
            "null_mx": facts.null_mx,
            "has_address": facts.has_address,
        }
    )


def facts_from_json(text: str) -> DomainFacts:
    """Facts out of the column."""
    said = json.loads(text)
    return DomainFacts(
        exists=said["exists"],
        mail_exchangers=tuple(said["mail_exchangers"]),
        null_mx=said["null_mx"],
        has_address=said["has_address"],
    )
