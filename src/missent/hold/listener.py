"""Takes the answers to our notices, by SMTP: Postfix's transport for the reply address.

It relays nothing: every recipient but a reply address with a token of ours is refused.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

from missent.core.errors import StoreError
from missent.hold import replies
from missent.hold.interface import Held, Kind, Pick, Step, Task
from missent.hold.machine import Choice, Refused, State, Way
from missent.smtp.events import Begin, Data, End, Extensions, Hello, Mail, Rcpt, Reset
from missent.smtp.replies import Reply

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.hold.room import Room
    from missent.smtp.events import Event

_log = structlog.get_logger("missent.hold")
_READ = 64 << 10  # octets of an answer that are looked at

_SENDER_OK = Reply(250, "2.1.0", ("sender ok",))
_OK = Reply(250, "2.1.5", ("recipient ok",))
_NOBODY = Reply(550, "5.1.1", ("no such mailbox",))
_GO_AHEAD = Reply(354, "", ("end with a dot on a line of its own",))
_TAKEN = Reply(250, "2.0.0", ("read",))
_LATER = Reply(451, "4.3.0", ("the answer cannot be noted now; try again later",))

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


class Answers:
    """Hears one client."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._sender: Address | None = None
        self._held: list[Held] = []
        self._content = bytearray()

    async def handle(self, event: Event) -> Reply | Extensions | None:
        """Answer one event."""
        match event:
            case Hello():
                self._begin(None)
                return Extensions()
            case Mail():
                self._begin(event.address)
                return _SENDER_OK
            case Rcpt():
                return await self._rcpt(event.address)
            case Begin():
                return _GO_AHEAD
            case Data():
                self._content += event.content[: _READ - len(self._content)]
            case End():
                return await self._end()
            case Reset():
                self._begin(None)
        return None

    async def settled(self) -> None:
        """Nothing to keep."""

    async def close(self, last_words: Reply | None) -> None:
        """Nothing to let go."""

    def _begin(self, sender: Address | None) -> None:
        self._sender, self._held, self._content = sender, [], bytearray()

    async def _rcpt(self, address: Address) -> Reply:
        if not is_reply_address(self._room, address):
            return _NOBODY
        try:
            found = await message_of(self._room, address)
        except StoreError:
            return _LATER
        if found is None:
            return _NOBODY
        self._held.append(found)
        return _OK

    async def _end(self) -> Reply:
        try:
            for held in self._held:
                await answered(self._room, held, self._sender, bytes(self._content))
        except StoreError as error:
            _log.warning("answer put off", reason=str(error))
            return _LATER
        return _TAKEN


async def message_of(room: Room, address: Address) -> Held | None:
    """The held message that a reply address is for; None, and logged, where its token is bad."""
    view = await room.look(address.local.rpartition("+")[2].lower(), Way.REPLY)
    return None if isinstance(view, str) else view.held


async def answered(room: Room, held: Held, sender: Address | None, content: bytes) -> None:
    """Carry out an answer, for every recipient that it speaks of.

    Raises:
        StoreError: it cannot be noted now; what was noted stays so, and may be noted again.
    """
    if replies.from_program(sender, content):
        _log.info("answer of a program", held=held.name)
        return
    chosen = replies.choice(content)
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
