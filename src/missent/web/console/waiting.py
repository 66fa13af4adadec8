"""What waits for a decision, and what a choice about it would do."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from missent.core.address import Address
from missent.core.errors import AddressError
from missent.hold.machine import Choice, State
from missent.web.console.differences import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missent.hold.held import Held, HeldRecipient
    from missent.hold.room import Room

_MOST = 1000  # messages that are looked through


class Waiting(NamedTuple):
    """One recipient that waits."""

    held: Held
    one: HeldRecipient
    subject: str

    @property
    def key(self) -> str:
        """What a form calls it by."""
        return f"{self.held.name}:{self.one.number}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done about one recipient.

    Attributes:
        waiting: who.
        choice: what.
        to: where the message would go, "" for nowhere.
        fault: why it cannot be done like this, "" where it can.
    """

    waiting: Waiting
    choice: Choice
    to: str = ""
    fault: str = ""


async def all_waiting(room: Room, *, subjects: bool) -> list[Waiting]:
    """Every recipient that waits, with the subject of its message if so wished."""
    now = int(time.time())
    return [
        Waiting(held, one, room.subject(held) if subjects else "")
        for held in await room.store.messages(limit=_MOST)
        for one in held.recipients
        if one.state is State.HELD and held.expires > now
    ]


def fitting(waiting: Iterable[Waiting], text: str) -> list[Waiting]:
    """Those with a text in an address or in the subject."""
    sought = text.casefold().strip()
    return [
        one
        for one in waiting
        if not sought
        or any(
            sought in part.casefold()
            for part in (
                one.held.envelope.mail_from,
                one.one.suspect.address,
                shown(one.one.suspect.address),
                *one.one.suspect.meant,
                one.subject,
                one.held.name,
            )
        )
    ]


def plan(waiting: Waiting, choice: Choice, to: str = "") -> Plan:
    """What a choice would do; a redirection without an address goes to the likeliest one."""
    suspect = waiting.one.suspect
    if choice is Choice.DISCARD:
        return Plan(waiting, choice)
    if choice is Choice.SEND:
        return Plan(waiting, choice, suspect.address)
    meant = to or next(iter(suspect.meant), "")
    if not meant:
        return Plan(waiting, choice, "", "Nothing like it is known: write where it is to go.")
    try:
        return Plan(waiting, choice, str(Address.parse(meant)))
    except AddressError as error:
        return Plan(waiting, choice, meant, f"{error}")
