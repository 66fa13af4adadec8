"""`/v1/contacts`: who was written to, and by whom."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import StringConstraints, TypeAdapter
from starlette.exceptions import HTTPException

from missent.core.address import Address, Domain
from missent.core.errors import AddressError
from missent.memory.learned import Contact
from missent.web.api import cursor
from missent.web.api.desk import AtDesk
from missent.web.api.doors import needs
from missent.web.api.problems import ASKED
from missent.web.api.values import Limit, Mailbox, Value, moment
from missent.web.tokens import Scope, Token

router = APIRouter(tags=["contacts"])
_Reader = Annotated[Token, needs(Scope.CONTACTS_READ)]
_PLACE = TypeAdapter(tuple[cursor.Text, cursor.Text, cursor.Text])


class Known(Value):
    """What is known of a sender and an address."""

    address: str
    sender: str
    """Empty for what is known of the address without a sender."""
    sent: int
    """Messages from the sender to the address."""
    received: int
    """Messages from the address to the sender."""
    bounced: int
    """Messages to the address that came back."""
    first: datetime | None
    """When the sender first wrote to it; null for never."""
    last: datetime | None
    confirmed: bool
    """The sender said that the address is right."""


class Contacts(Value):
    """Some contacts, ordered by domain, local part and sender."""

    contacts: list[Known]
    next: str | None
    """Ask again with `after` set to this; null at the end."""


@router.get("/v1/contacts", responses=ASKED)
async def list_contacts(
    *,
    desk: AtDesk,
    _: _Reader,
    address: Annotated[Mailbox | None, Query(description="This address alone.")] = None,
    domain: Annotated[
        str | None,
        StringConstraints(max_length=300),
        Query(description="Addresses of this domain alone."),
    ] = None,
    sender: Annotated[Mailbox | None, Query(description="Written to by this sender.")] = None,
    after: cursor.After = None,
    limit: Limit = 100,
) -> Contacts:
    """Look up who is known, as of the store's last write; scope `contacts:read`."""
    local = None
    name = _domain(domain) if domain else ""
    if address:
        local, _at, of = Address.parse(address).key.rpartition("@")
        if name and name != of:
            raise HTTPException(422, "query.domain: it is not that of the address; give one")
        name = of
    rows = await desk.store.look_up(
        domain=name,
        local=local,
        sender=Address.parse(sender).key if sender else None,
        after=cursor.read(after, _PLACE) if after else None,
        limit=limit,
    )
    last = rows[-1] if len(rows) == limit else None
    following = cursor.write((last.domain, last.local, last.sender)) if last else None
    return Contacts(contacts=[_said(row) for row in rows], next=following)


def _domain(text: str) -> str:
    try:
        return Domain.parse(text).name
    except AddressError as error:
        raise HTTPException(422, f"query.domain: {error}") from None


def _said(row: Contact) -> Known:
    return Known(
        address=f"{row.local}@{row.domain}",
        sender=row.sender,
        sent=row.sent,
        received=row.received,
        bounced=row.bounced,
        first=moment(row.first) if row.first else None,
        last=moment(row.last) if row.last else None,
        confirmed=bool(row.confirmed),
    )
