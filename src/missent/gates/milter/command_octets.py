"""Commands to and from their octets: a letter, and a payload."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from missent.core.errors import ProtocolError
from missent.gates.milter.commands import (
    Abort,
    Body,
    Connect,
    Data,
    EndOfHeaders,
    EndOfMessage,
    Header,
    Helo,
    Macros,
    Mail,
    Negotiate,
    Quit,
    QuitForNext,
    Rcpt,
    Unknown,
)
from missent.gates.milter.octets import THREE, no_payload, one_string, packed, row, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from missent.gates.milter.commands import Command, Family

_FAMILIES: Mapping[bytes, Family] = {b"U": "unknown", b"L": "unix", b"4": "ipv4", b"6": "ipv6"}
_FAMILY_OCTETS = {family: octet for octet, family in _FAMILIES.items()}
_PORT = struct.Struct("!H")


def _negotiate(payload: bytes) -> Negotiate:
    if len(payload) < THREE.size:
        raise ProtocolError("a negotiation has three numbers")
    return Negotiate(*THREE.unpack_from(payload))


def _macros(payload: bytes) -> Macros:
    if not payload:
        raise ProtocolError("macros without a command")
    if len(payload) == 1:
        return Macros(chr(payload[0]))
    parts = text(payload[1:]).split("\0")
    if parts.pop() or not parts or len(parts) % 2:
        raise ProtocolError("macros come as names and values")
    pairs = iter(parts)
    return Macros(chr(payload[0]), dict(zip(pairs, pairs, strict=True)))


def _connect(payload: bytes) -> Connect:
    hostname, end, rest = payload.partition(b"\0")
    family = _FAMILIES.get(rest[:1])
    if not end or family is None:
        raise ProtocolError("a connection has a host name and a family")
    if family == "unknown":
        # Sendmail sends nothing after it, others an empty port and address.
        return Connect(text(hostname), family)
    if len(rest) < 1 + _PORT.size:
        raise ProtocolError("a connection has a port")
    (port,) = _PORT.unpack_from(rest, 1)
    return Connect(text(hostname), family, port, one_string(rest[3:]))


def _path(payload: bytes) -> tuple[str, tuple[str, ...]]:
    parts = text(payload).split("\0")
    if len(parts) < 2 or parts.pop():  # noqa: PLR2004  the path, and nothing after the last NUL
        raise ProtocolError("an envelope command has a path, and ends with a NUL")
    return parts[0], tuple(parts[1:])


def _header(payload: bytes) -> Header:
    parts = text(payload).split("\0")
    if len(parts) != 3 or parts[2]:  # noqa: PLR2004  name, value, nothing
        raise ProtocolError("a header field has a name and a value")
    return Header(parts[0], parts[1])


def _bare(command: Command) -> Callable[[bytes], Command]:
    def read(payload: bytes) -> Command:
        no_payload(payload)
        return command

    return read


_READERS: dict[int, Callable[[bytes], Command]] = {
    ord("A"): _bare(Abort()),
    ord("B"): Body,
    ord("C"): _connect,
    ord("D"): _macros,
    ord("E"): EndOfMessage,
    ord("H"): lambda payload: Helo(one_string(payload)),
    ord("K"): _bare(QuitForNext()),
    ord("L"): _header,
    ord("M"): lambda payload: Mail(*_path(payload)),
    ord("N"): _bare(EndOfHeaders()),
    ord("O"): _negotiate,
    ord("Q"): _bare(Quit()),
    ord("R"): lambda payload: Rcpt(*_path(payload)),
    ord("T"): _bare(Data()),
    ord("U"): lambda payload: Unknown(one_string(payload)),
}


def decode(letter: int, payload: bytes) -> Command:
    """Read one command.

    Args:
        letter: the first octet of the packet.
        payload: the others.

    Raises:
        ProtocolError: there is no such command, or it cannot look like this.
    """
    reader = _READERS.get(letter)
    if reader is None:
        raise ProtocolError(f"there is no milter command {bytes((letter,))!r}")
    return reader(payload)


def encode(command: Command) -> bytes:  # noqa: C901, PLR0911, PLR0912  one case a command
    """Write one command as letter and payload, as an MTA does.

    Raises:
        ValueError: a field holds a NUL, or a number out of its range.
    """
    match command:
        case Negotiate(version, abilities, steps):
            return b"O" + packed(THREE, version, abilities, steps)
        case Macros(letter, values):
            return b"D" + letter.encode("latin-1") + row(*(t for p in values.items() for t in p))
        case Connect(hostname, "unknown"):
            return b"C" + row(hostname) + b"U"
        case Connect(hostname, family, port, address):
            start = b"C" + row(hostname) + _FAMILY_OCTETS[family]
            return start + packed(_PORT, port) + row(address)
        case Helo(name):
            return b"H" + row(name)
        case Mail(path, parameters):
            return b"M" + row(path, *parameters)
        case Rcpt(path, parameters):
            return b"R" + row(path, *parameters)
        case Data():
            return b"T"
        case Header(name, value):
            return b"L" + row(name, value)
        case EndOfHeaders():
            return b"N"
        case Body(chunk):
            return b"B" + chunk
        case EndOfMessage(chunk):
            return b"E" + chunk
        case Abort():
            return b"A"
        case Unknown(line):
            return b"U" + row(line)
        case Quit():
            return b"Q"
        case QuitForNext():
            return b"K"
