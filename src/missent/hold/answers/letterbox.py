"""Takes the answers to our notices, by SMTP: Postfix's transport for the reply address.

It relays nothing: every recipient but a reply address with a token of ours is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from missent.core.errors import StoreError
from missent.hold.answers.carry_out import carry_out, is_reply_address, message_of
from missent.hold.answers.read import OCTETS
from missent.smtp.events import Begin, Data, End, Extensions, Hello, Mail, Rcpt, Reset
from missent.smtp.replies import Reply

if TYPE_CHECKING:
    from missent.core.address import Address
    from missent.hold.held import Held
    from missent.hold.room import Room
    from missent.smtp.events import Event

_log = structlog.get_logger("missent.hold")

_SENDER_OK = Reply(250, "2.1.0", ("sender ok",))
_OK = Reply(250, "2.1.5", ("recipient ok",))
_NOBODY = Reply(550, "5.1.1", ("no such mailbox",))
_GO_AHEAD = Reply(354, "", ("end with a dot on a line of its own",))
_TAKEN = Reply(250, "2.0.0", ("read",))
_LATER = Reply(451, "4.3.0", ("the answer cannot be noted now; try again later",))


class Letterbox:
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
                self._content += event.content[: OCTETS - len(self._content)]
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
                await carry_out(self._room, held, self._sender, bytes(self._content))
        except StoreError as error:
            _log.warning("answer put off", reason=str(error))
            return _LATER
        return _TAKEN
