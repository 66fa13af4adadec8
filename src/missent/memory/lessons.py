"""What a message teaches, as a store takes it: each recipient once, whatever it was read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.memory.learned import Delta, Lesson
from missent.memory.remember import flow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missent.core.address import Address
    from missent.core.message import Message


def lessons(
    message: Message,
    at: int,
    own_domains: frozenset[str],
    key: str,
    *,
    automatic: bool = False,
) -> list[Lesson]:
    """What a message teaches of its sender and its recipients.

    The same recipient of the same message teaches once, also when the message is found in the
    sender's mailbox, in the recipient's and in a log.

    Args:
        message: the message.
        at: when it was sent, in seconds since the epoch.
        own_domains: as in `missent.memory.remember.flow`.
        key: the Message-ID, or what stands for it; "" counts always.
        automatic: as in `flow`.
    """
    way = flow(message, own_domains, automatic=automatic)
    deltas: dict[str, tuple[Delta, ...]] = {
        address: (Delta(way.sender, address, at, sent=1),) for address in way.sent
    }
    for address in way.received:
        back = Delta(address, way.sender, at, received=1)
        deltas[address] = (*deltas.get(address, ()), back)
    learned = [
        Lesson(what, f"{key}\n{way.sender}\n{address}" if key else "")
        for address, what in deltas.items()
    ]
    if way.received:
        # The organisation counts a message once, however many of it got it.
        alive = Delta("", way.sender, at, received=1)
        learned.append(Lesson((alive,), f"{key}\n{way.sender}" if key else ""))
    return learned


def returned(
    bounces: Iterable[tuple[Address | None, Address, str]], at: int, key: str
) -> list[Lesson]:
    """What recipients that do not exist teach.

    Args:
        bounces: who wrote (None where not known), the recipient, and the Message-ID of what came
            back, "" where not known.
        at: when it came back.
        key: of the notice; it stands in for the Message-ID where there is none.
    """
    return [
        Lesson(
            (Delta(sender.key if sender else "", address.key, at, bounced=1),),
            f"bounced\n{message_id or key}\n{sender.key if sender else ''}\n{address.key}",
        )
        for sender, address, message_id in bounces
    ]
