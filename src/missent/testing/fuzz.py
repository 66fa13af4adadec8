"""Packets as a broken or hostile MTA would send them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING

from missent.core.errors import ProtocolError
from missent.gates.confirm import Confirm, LocalAttempts
from missent.gates.dispose import Dispose
from missent.gates.milter import commands as c
from missent.gates.milter import wire
from missent.gates.milter.desk import Desk, DeskOptions
from missent.gates.milter.events import Finished, Question
from missent.gates.milter.session import Session
from missent.gates.ours import Ours
from missent.testing.gates import SuffixGuard

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

_START = (
    c.Macros("C", {"{daemon_name}": "ORIGINATING"}),
    c.Connect("desk", "ipv4", 40000, "192.0.2.7"),
    c.Helo("desk"),
)
_MESSAGE = (
    (c.Macros("M", {"{auth_authen}": "ann"}),),
    (c.Mail("<ann@corp.example>", ("SMTPUTF8",)), c.Mail("<>"), c.Mail("<a@b@c>")),
    (c.Macros("R", {"i": "4c9QyF1"}),),
    (c.Rcpt("<gen@army.ml>"), c.Rcpt('<"a b"@[192.0.2.1]>', ("NOTIFY=NEVER",))),
    (c.Rcpt("<eve@partner.example>"), c.Rcpt("<eve@x.hold>"), c.Rcpt("<postmaster>")),
    (c.Data(), c.Unknown("FROB")),
    (c.Header("List-Id", "<x>"), c.Header("Subject", "x")),
    (c.Header("Message-ID", "<1@x>"),),
    (c.EndOfHeaders(),),
    (c.Body(b"x" * 200),),
    (c.EndOfMessage(), c.Abort(), c.EndOfMessage(b"x")),
)
_OTHERS = (
    c.Negotiate(6, 0x1FF, 0x1FFFFF),
    c.Connect("desk", "ipv6", 1, "2001:db8::1"),
    c.Connect("localhost", "unix", 0, "/x"),
    c.QuitForNext(),
)
_GOOD = tuple(
    wire.to_filter(one)
    for one in (*_START, *(said for some in _MESSAGE for said in some), *_OTHERS)
)
_OURS = Ours(networks=(ip_network("0.0.0.0/0"),))
_LETTERS = b"ABCDEHKLMNOQRTU"


def packets(chance: random.Random) -> Iterator[bytes]:
    """Make one connection's worth.

    Most of them are sound and come in the order of some messages, so that every state is reached;
    some come at the wrong time, and some have a few octets changed or lost.
    """
    for command in _START:
        yield wire.to_filter(command)
    while chance.random() > 0.2:  # noqa: PLR2004  five messages a connection, more or less
        for choice in _MESSAGE:
            packet = wire.to_filter(chance.choice(choice))
            yield _bent(chance, packet) if chance.random() < 0.02 else packet  # noqa: PLR2004
            if chance.random() < 0.01:  # noqa: PLR2004  out of order
                yield chance.choice(_GOOD)


def _bent(chance: random.Random, packet: bytes) -> bytes:
    kind = chance.random()
    if kind < 0.6 and len(packet) > 5:  # noqa: PLR2004  an octet is another one
        at = chance.randrange(4, len(packet))
        return packet[:at] + bytes((chance.randrange(256),)) + packet[at + 1 :]
    if kind < 0.8:  # noqa: PLR2004  noise behind a letter
        noise = chance.randbytes(chance.randrange(300))
        return wire.packet(bytes((chance.choice(_LETTERS),)) + noise)
    if kind < 0.9:  # noqa: PLR2004  a length that lies
        return chance.randbytes(4) + packet[4:]
    return wire.packet(b"L" + bytes((chance.randrange(1, 256),)) * 100_000 + b"\0x\0")


@dataclass
class Heard:
    """What became of conversations.

    Attributes:
        sessions: how many there were.
        packets: that were fed to them.
        broken: sessions that were closed for breaking the protocol.
        asked: questions that came of them.
        finished: messages that came to their end.
    """

    sessions: int = 0
    packets: int = 0
    broken: int = 0
    asked: int = 0
    finished: int = 0


def converse(chance: random.Random, count: int) -> Heard:
    """Feed so many packets to sessions of the milter, which answer, are silent or break."""
    guard, heard = SuffixGuard(), Heard()
    dispose = Dispose(guard, Confirm(LocalAttempts(), time.time))
    desk = Desk(guard, DeskOptions(), dispose, guard.at_once)
    while heard.packets < count:
        heard.sessions += 1
        stream, session = wire.from_mta(), Session(_OURS)
        session.hear(c.Negotiate(6, 0x1FF, 0x1FFFFF))
        try:
            for packet in packets(chance):
                heard.packets += 1
                stream.feed(packet)
                while (command := stream.next()) is not None:
                    for event in session.hear(command):
                        if isinstance(event, Question):
                            heard.asked += 1
                            session.settle(desk.at_once(event) or ())
                        heard.finished += isinstance(event, Finished)
        except ProtocolError:
            heard.broken += 1
    return heard
