"""What a gate does with a message that is held: laid into the room, or refused as a whole."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from missent.core.errors import StoreError
from missent.gates import reply
from missent.gates.suspects import suspect
from missent.hold.answers.carry_out import carry_out, is_reply_address, message_of
from missent.hold.held import Envelope
from missent.hold.room import Automatic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.core.address import Address
    from missent.core.verdict import RecipientVerdict
    from missent.gates.disposition import Disposition
    from missent.hold.held import Held
    from missent.hold.room import Room
    from missent.smtp.replies import Reply

_log = structlog.get_logger("missent.hold")


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that a gate wants to be kept.

    Attributes:
        mail_from: the reverse-path.
        dispositions: of those recipients that it is kept for.
        content: the message, with CR LF.
        eight_bit: BODY=8BITMIME.
        smtputf8: SMTPUTF8.
    """

    mail_from: Address | None
    dispositions: Sequence[Disposition]
    content: bytes
    eight_bit: bool
    smtputf8: bool


class Keeper:
    """A gate's way into the hold room.

    Args:
        room: keeps.
        deadline: seconds that a gate waits for it.
    """

    def __init__(self, room: Room, deadline: float) -> None:
        self._room = room
        self._deadline = deadline
        self._in_trouble = False

    def reviews(self, answer: RecipientVerdict) -> bool:
        """Whether a reviewer decides about such a recipient."""
        return self._room.reviews([finding.code for finding in answer.findings])

    async def takes(self, sender: Address | None) -> bool | None:
        """Whether this sender can be asked; None where that cannot be known now."""
        try:
            return await self._room.takes(sender)
        except StoreError as error:
            self._trouble(str(error))
            return None

    async def keep(self, kept: Kept, *, at_once: bool = True) -> tuple[str, Reply | None]:
        """Lay a message into the room: its name there, or what the client is told instead.

        An automatic message is refused as a whole: nobody would read a question, and its header
        came too late to refuse one recipient.

        Args:
            kept: the message.
            at_once: False where it may yet be dropped.
        """
        sender = kept.mail_from
        answers = [d.verdict for d in kept.dispositions if d.verdict is not None]
        if sender is None or not answers:
            return "", reply.UNDECIDED
        suspects = [suspect(answer, review=self.reviews(answer)) for answer in answers]
        envelope = Envelope(str(sender), kept.eight_bit, kept.smtputf8)
        try:
            async with asyncio.timeout(self._deadline):
                name = await self._room.keep(
                    sender, suspects, kept.content, envelope, at_once=at_once
                )
        except Automatic:
            return "", reply.refusal(answers[0], smtputf8=kept.smtputf8)
        except (StoreError, TimeoutError) as error:
            self._trouble(str(error) or "deadline")
        except Exception as error:  # noqa: BLE001  the client needs an answer, whatever is broken
            self._trouble(f"{type(error).__name__}: {error}")
        else:
            self._in_trouble = False
            return name, None
        return "", reply.UNDECIDED

    async def drop(self, name: str) -> None:
        """Take a message back that the client was not told of."""
        await self._room.drop(name)

    def hears(self, address: Address) -> bool:
        """Whether a recipient is one of our reply addresses."""
        return is_reply_address(self._room, address)

    async def asked(self, address: Address) -> Held | None:
        """The held message that a reply address is for; None for a bad one.

        Raises:
            StoreError: it cannot be known now.
        """
        return await message_of(self._room, address)

    async def answer(self, held: Held, sender: Address | None, content: bytes) -> None:
        """Carry out an answer.

        Raises:
            StoreError: it cannot be noted now.
        """
        await carry_out(self._room, held, sender, content)

    def _trouble(self, reason: str) -> None:
        if not self._in_trouble:
            # Once, and not for every recipient of an outage.
            _log.error("cannot keep", reason=reason, then="tempfail")
            self._in_trouble = True
