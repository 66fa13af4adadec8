"""Packets as a broken or hostile MTA would send them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.gates.milter import commands as c
from missent.gates.milter import wire

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

_GOOD = tuple(
    wire.to_filter(command)
    for command in (
        c.Negotiate(6, 0x1FF, 0x1FFFFF),
        c.Macros("C", {"{daemon_name}": "ORIGINATING"}),
        c.Macros("M", {"{auth_authen}": "ann"}),
        c.Macros("R", {"i": "4c9QyF1"}),
        c.Connect("desk", "ipv4", 40000, "192.0.2.7"),
        c.Connect("desk", "ipv6", 1, "2001:db8::1"),
        c.Connect("localhost", "unix", 0, "/x"),
        c.Helo("desk"),
        c.Mail("<ann@corp.example>", ("SMTPUTF8",)),
        c.Mail("<>"),
        c.Rcpt("<gen@army.ml>"),
        c.Rcpt('<"a b"@[192.0.2.1]>', ("NOTIFY=NEVER",)),
        c.Data(),
        c.Header("List-Id", "<x>"),
        c.Header("Message-ID", "<1@x>"),
        c.EndOfHeaders(),
        c.Body(b"x" * 200),
        c.EndOfMessage(),
        c.Abort(),
        c.Unknown("FROB"),
        c.QuitForNext(),
    )
)
_LETTERS = b"ABCDEHKLMNOQRTU"


def packets(chance: random.Random) -> Iterator[bytes]:
    """Make one connection's worth: most of them sound, some with a few octets changed or lost."""
    yield _GOOD[4]
    while chance.random() > 0.02:  # noqa: PLR2004  fifty packets a connection, more or less
        packet = chance.choice(_GOOD)
        kind = chance.random()
        if kind < 0.1:  # noqa: PLR2004  one in ten has an octet changed
            at = chance.randrange(4, len(packet)) if len(packet) > 5 else 4  # noqa: PLR2004
            packet = packet[:at] + bytes((chance.randrange(256),)) + packet[at + 1 :]
        elif kind < 0.12:  # noqa: PLR2004  some are noise behind a letter
            noise = chance.randbytes(chance.randrange(300))
            packet = wire.packet(bytes((chance.choice(_LETTERS),)) + noise)
        elif kind < 0.125:  # noqa: PLR2004  some lengths lie
            packet = chance.randbytes(4) + packet[4:]
        elif kind < 0.13:  # noqa: PLR2004  some are very large
            packet = wire.packet(b"L" + bytes((chance.randrange(1, 256),)) * 100_000 + b"\0x\0")
        yield packet
