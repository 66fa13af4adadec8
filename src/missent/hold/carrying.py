"""Hands one message to one recipient by the next hop, with every octet as it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.address import Address
from missent.smtp.events import Mail
from missent.smtp.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from missent.hold.held import Envelope
    from missent.smtp.client.interface import Delivery

_PIECE = 1 << 16
_LOST_CLAIM = Reply(451, "4.3.0", ("another process took over",))


async def carry(
    delivery: Delivery,
    envelope: Envelope,
    rcpt_to: str,
    content: bytes,
    ours: Callable[[], bool],
) -> Reply:
    """Hand it over; the answer is the next hop's, or says why there is none.

    Args:
        delivery: the next hop, or the outbox.
        envelope: of the message; `mail_from` "" is the null sender.
        rcpt_to: the recipient.
        content: the message, with CR LF.
        ours: whether the job is still ours; asked last before the end of the content, after
            which nothing can be taken back.
    """
    sender = Address.parse(envelope.mail_from, lenient=True) if envelope.mail_from else None
    mail = Mail(sender, len(content), envelope.eight_bit, envelope.smtputf8)
    opened = await delivery.open(mail)
    if isinstance(opened, Reply):
        return opened
    try:
        reply = await opened.rcpt(Address.parse(rcpt_to, lenient=True))
        if reply.accepted:
            reply = await opened.begin()
        if not reply.accepted:
            return reply
        for start in range(0, len(content), _PIECE):
            await opened.write(content[start : start + _PIECE])
        return await opened.finish() if ours() else _LOST_CLAIM
    finally:
        await opened.abort()
