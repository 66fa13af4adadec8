"""Carries out the answer to a notice: a choice about each recipient that it speaks of."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

from missent.hold.answers import read
from missent.hold.held import Pick, Step
from missent.hold.jobs import Kind, Task
from missent.hold.machine import Choice, Refused, State, Way

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.hold.held import Held
    from missent.hold.room import Room

_log = structlog.get_logger("missent.hold")
_WHY = {
    "unclear": "it does not say SEND, INSTEAD or DISCARD in its first line or its subject.",
    Refused.DECIDED.value: "it was decided already.",
    Refused.TIME.value: "its time is over.",
    Refused.REVIEW.value: "a reviewer of your organisation decides about it.",
    "meant": "we know no address that could have been meant.",
}


def is_reply_address(room: Room, address: Address) -> bool:
    """Whether an address looks like one of our reply addresses, with whatever token."""
    box = room.options.reply_to
    if box is None or address.domain != box.domain:
        return False
    return address.local.lower().startswith(f"{box.local.lower()}+")


async def message_of(room: Room, address: Address) -> Held | None:
    """The held message that a reply address is for; None, and logged, where its token is bad."""
    view = await room.look(address.local.rpartition("+")[2].lower(), Way.REPLY)
    return None if isinstance(view, str) else view.held


async def carry_out(room: Room, held: Held, sender: Address | None, content: bytes) -> None:
    """Carry out an answer, for every recipient that it speaks of.

    Raises:
        StoreError: it cannot be noted now; what was noted stays so, and may be noted again.
    """
    if read.from_program(sender, content):
        _log.info("answer of a program", held=held.name)
        return
    chosen = read.choice(content)
    if chosen is None:
        await _tell(room, held, "unclear")
        return
    refused = ""
    for one in held.recipients:
        meant = one.suspect.meant[0] if one.suspect.meant else ""
        if chosen is Choice.INSTEAD and not meant:
            refused = "meant"
            continue
        if one.state is not State.HELD:
            refused = refused or Refused.DECIDED.value
            continue
        pick = Pick(
            held.name,
            one.number,
            chosen,
            Way.REPLY,
            str(sender),
            int(time.time()),
            meant if chosen is Choice.INSTEAD else "",
        )
        found = await room.choose(pick)
        if isinstance(found, Refused):
            refused = found.value
    if refused:
        await _tell(room, held, refused)


async def _tell(room: Room, held: Held, why: str) -> None:
    """Tell the sender why an answer changed nothing: once for a message and a reason."""
    _log.warning("answer changed nothing", held=held.name, reason=why)
    steps = await room.store.steps(held.name)
    if any(step.what == "answered" and step.why == why for step in steps):
        return
    now = int(time.time())
    await room.store.record(held.name, Step(0, now, "answered", "", Way.REPLY, why))
    to = held.envelope.mail_from
    await room.warn(Task(Kind.UNCLEAR, to, now, held.name, 0, {"why": _WHY[why]}))
