"""What one message teaches: which of its recipients were written to, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missent.core.address import Address
    from missent.core.message import Message
    from missent.memory.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Flow:
    """Which way a message went, each recipient once, as `Address.key`.

    Attributes:
        sender: who wrote it, "" for the null sender.
        sent: recipients that somebody of the organisation wrote to.
        received: recipients of the organisation that got it: to them, the sender wrote back.
    """

    sender: str
    sent: tuple[str, ...] = ()
    received: tuple[str, ...] = ()


def flow(message: Message, own_domains: frozenset[str], *, automatic: bool = False) -> Flow:
    """Tell which way a message went.

    A message is sent where its sender is of the organisation, and received where a recipient is;
    between colleagues it is both. Where the organisation's domains are not known, every message
    counts as both. An outsider's message to outsiders teaches nothing.

    Args:
        message: the message.
        own_domains: the organisation's domains, as `Domain.name`; empty where not known.
        automatic: no person wrote it, so that it is no sign of life of its sender.
    """
    writer = message.mail_from
    if writer is None:
        return Flow("")
    recipients = tuple(dict.fromkeys([r.address.key for r in message.recipients]))
    if not own_domains:
        return Flow(writer.key, recipients, () if automatic else recipients)
    inside = (
        ()
        if automatic
        else tuple(key for key in recipients if key.rpartition("@")[2] in own_domains)
    )
    return Flow(writer.key, recipients if writer.domain.name in own_domains else (), inside)


def remember(
    ledger: Ledger,
    message: Message,
    at: int,
    own_domains: frozenset[str] = frozenset(),
    bounced: Iterable[tuple[Address | None, Address]] = (),
    *,
    automatic: bool = False,
) -> Flow:
    """Write into a ledger what a message teaches.

    Args:
        ledger: where it is remembered.
        message: the message.
        at: when it was sent, in seconds since the epoch.
        own_domains: as in `flow`.
        bounced: recipients that turned out not to exist, each with who had written to it.
        automatic: as in `flow`.
    """
    way = flow(message, own_domains, automatic=automatic)
    for address in way.sent:
        ledger.send(way.sender, address, at)
    if way.received:
        for address in way.received:
            ledger.receive(way.sender, address)
        ledger.receive(way.sender, None)
    for writer, returned in bounced:
        ledger.bounce(writer.key if writer else None, returned.key)
    return way
