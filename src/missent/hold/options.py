"""The options of the hold room."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from missent.hold.dispatch import DispatchOptions

if TYPE_CHECKING:
    from pathlib import Path

    from missent.core.address import Address
    from missent.hold.keys import Keys
    from missent.smtp.client.options import UpstreamOptions

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class RoomOptions:
    """The hold room.

    Attributes:
        keys: seal the content, sign the tokens.
        next_hop: takes what is released, and must not ask again; or the folder of an outbox.
        notices: takes the notices; likewise.
        author: whom the notices come from.
        hostname: our name to both.
        reply_to: the mailbox whose extended addresses reach us; None where none does.
        links: what a link to a choice begins with, "" where no page is served.
        expires: seconds that a message waits for its sender.
        an_hour: messages of one sender that are held within an hour; more are refused.
        review: codes, or beginnings of codes, whose recipients a reviewer decides about.
        record: seconds that the record of a message is kept after its end.
        dispatch: how what waits is sent.
        journal: the folder, of this host and this store, where it is noted what the next hop took
            before the store is told; None for none.
    """

    keys: Keys
    next_hop: UpstreamOptions | Path
    notices: UpstreamOptions | Path
    author: Address
    hostname: str = "localhost"
    reply_to: Address | None = None
    links: str = ""
    expires: int = 3 * _DAY
    an_hour: int = 30
    review: tuple[str, ...] = ()
    record: int = 90 * _DAY
    dispatch: DispatchOptions = field(default_factory=DispatchOptions)
    journal: Path | None = None
