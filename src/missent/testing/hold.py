"""A hold room over a real store, with a next hop that does as it is told."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from missent.core.address import Address
from missent.hold.dispatch import DispatchOptions
from missent.hold.held import Envelope, Reason, Suspect
from missent.hold.keys import Keys
from missent.hold.options import RoomOptions
from missent.hold.room import Room
from missent.hold.sql.store import SqlHold
from missent.memory.sql.store import SqlStore
from missent.smtp.client.options import UpstreamOptions
from missent.testing.relay import NextHop, next_hop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from email.message import EmailMessage
    from pathlib import Path

    from missent.core.finding import Json
    from missent.hold.interface import HoldStore

ANN = Address.parse("ann@corp.example")
GEN, MEANT = "gen@army.ml", "gen@army.mil"
CONTENT = (
    b"From: Ann <ann@corp.example>\r\nTo: gen@army.ml\r\nSubject: Room\r\n 12\r\n"
    b"Message-ID: <1@corp.example>\r\n\r\n.a dot\r\n\tand  blanks \r\n\r\n\r\nthe end"
)
LINKS = "https://mail.corp.example/c/"
_OPTIONS = RoomOptions(
    Keys([b"k" * 32]),
    UpstreamOptions("127.0.0.1", 1),
    UpstreamOptions("127.0.0.1", 1),
    Address.parse("missent@corp.example"),
    "mx.corp.example",
    Address.parse("missent@corp.example"),
    LINKS,
    dispatch=DispatchOptions(lease=3, poll=0.1, first_pause=1, longest_pause=1),
)


def suspect(address: str = GEN, *meant: str, review: bool = False) -> Suspect:
    """A recipient that looks wrong."""
    return Suspect(address, meant or (MEANT,), (Reason("T101", "`.ml` is Mali's."),), review)


@asynccontextmanager
async def room_at(
    folder: Path, hop: NextHop | None = None, notices: NextHop | None = None, **changes: object
) -> AsyncIterator[Room]:
    """A room that runs, over a SQLite store in a folder.

    Args:
        folder: for the store.
        hop: takes what is released.
        notices: takes the notices.
        changes: options that are not as usual.
    """
    store = await SqlStore.open(f"sqlite:///{folder}/missent.db")
    try:
        async with next_hop(hop or NextHop()) as to, next_hop(notices or NextHop()) as route:
            options = replace(
                _OPTIONS,
                next_hop=UpstreamOptions("127.0.0.1", to),
                notices=UpstreamOptions("127.0.0.1", route),
            )
            room = Room(SqlHold(store), replace(options, **changes))  # type: ignore[arg-type]
            async with room.running():
                yield room
    finally:
        await store.close()


async def hold(room: Room, *suspects: Suspect, content: bytes = CONTENT) -> str:
    """Let a room keep a message."""
    return await room.keep(ANN, suspects or (suspect(),), content, Envelope(str(ANN)))


def mail(octets: bytes) -> EmailMessage:
    """A message as its reader gets it."""
    return message_from_bytes(octets, policy=policy.default)


def texts(notice: EmailMessage) -> tuple[str, str]:
    """The text of a notice and its HTML, "" where it has none."""
    found = [notice.get_body((kind,)) for kind in ("plain", "html")]
    plain, html = (str(part.get_content()) if part else "" for part in found)
    return plain, html


def links(notice: EmailMessage) -> list[str]:
    """The tokens of a notice's links, in order: instead, send, discard."""
    return re.findall(re.escape(LINKS) + r"([a-z2-7]+)", texts(notice)[0])


async def states(store: HoldStore, name: str) -> list[Json]:
    """The states of a message's recipients."""
    held = await store.message(name)
    return [one.state.value for one in held.recipients] if held else []
