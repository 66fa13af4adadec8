"""What an MTA tells a filter (`SMFIC_*`): one small value a command, to and from its octets.

Texts are UTF-8 with surrogate escapes, so that whatever octets came in can be told apart and
sent again unchanged.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from missent.core.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Family = Literal["unknown", "unix", "ipv4", "ipv6"]

_FAMILIES: Mapping[bytes, Family] = {b"U": "unknown", b"L": "unix", b"4": "ipv4", b"6": "ipv6"}
_FAMILY_OCTETS = {family: octet for octet, family in _FAMILIES.items()}
_NEGOTIATE = struct.Struct("!III")
_PORT = struct.Struct("!H")


_NO_MACROS: Mapping[str, str] = MappingProxyType({})


def _no_macros() -> Mapping[str, str]:
    return _NO_MACROS


@dataclass(frozen=True, slots=True)
class Negotiate:
    """`O`: what the MTA can do. The answer is `replies.Negotiated`."""

    version: int
    abilities: int
    steps: int


@dataclass(frozen=True, slots=True)
class Macros:
    """`D`: what the MTA knows, sent before the command whose letter it names."""

    command: str
    values: Mapping[str, str] = field(default_factory=_no_macros)


@dataclass(frozen=True, slots=True)
class Connect:
    """`C`: a client connected. `port` is 0 and `address` empty where the family is unknown."""

    hostname: str
    family: Family
    port: int = 0
    address: str = ""


@dataclass(frozen=True, slots=True)
class Helo:
    """`H`: HELO or EHLO."""

    name: str


@dataclass(frozen=True, slots=True)
class Mail:
    """`M`: the reverse-path as it was given, in angle brackets, and the ESMTP parameters."""

    path: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rcpt:
    """`R`: a forward-path as it was given, in angle brackets, and the ESMTP parameters."""

    path: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Data:
    """`T`: the DATA command."""


@dataclass(frozen=True, slots=True)
class Header:
    """`L`: one header field; a folded value holds its line feeds."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class EndOfHeaders:
    """`N`: the empty line after the header."""


@dataclass(frozen=True, slots=True)
class Body:
    """`B`: a piece of the body, with CR LF line ends."""

    chunk: bytes


@dataclass(frozen=True, slots=True)
class EndOfMessage:
    """`E`: the message is whole; perhaps with its last piece."""

    chunk: bytes = b""


@dataclass(frozen=True, slots=True)
class Abort:
    """`A`: this message is over and was not sent; the connection goes on. No answer."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """`U`: a line that is no SMTP command that the MTA knows."""

    line: str


@dataclass(frozen=True, slots=True)
class Quit:
    """`Q`: close. No answer."""


@dataclass(frozen=True, slots=True)
class QuitForNext:
    """`K`: this connection is over, the next one follows on the same socket. No answer."""


Command: TypeAlias = (
    Negotiate
    | Macros
    | Connect
    | Helo
    | Mail
    | Rcpt
    | Data
    | Header
    | EndOfHeaders
    | Body
    | EndOfMessage
    | Abort
    | Unknown
    | Quit
    | QuitForNext
)


def text(octets: bytes) -> str:
    """Decode octets so that `octets_of` gives the same ones again."""
    return octets.decode("utf-8", "surrogateescape")


def octets_of(value: str) -> bytes:
    """Encode a text; NUL would end it early on the other side.

    Raises:
        ValueError: there is a NUL in it.
    """
    octets = value.encode("utf-8", "surrogateescape")
    if b"\0" in octets:
        raise ValueError("a milter text cannot hold a NUL")
    return octets


def strings(payload: bytes) -> list[bytes]:
    """Cut a row of NUL-terminated strings."""
    if not payload:
        return []
    if payload[-1]:
        raise ProtocolError("a string without its NUL")
    return payload[:-1].split(b"\0")


def one_string(payload: bytes) -> str:
    """Read a payload that is one NUL-terminated string."""
    if payload[-1:] != b"\0" or payload.find(b"\0") != len(payload) - 1:
        raise ProtocolError("one string with its NUL was due")
    return text(payload[:-1])


def no_payload(payload: bytes) -> None:
    """Refuse octets where there should be none."""
    if payload:
        raise ProtocolError("octets after a command that has none")


def _negotiate(payload: bytes) -> Negotiate:
    if len(payload) < _NEGOTIATE.size:
        raise ProtocolError("a negotiation has three numbers")
    return Negotiate(*_NEGOTIATE.unpack_from(payload))


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


def _row(*values: str) -> bytes:
    return b"".join(octets_of(value) + b"\0" for value in values)


def encode(command: Command) -> bytes:  # noqa: C901, PLR0911, PLR0912  one case a command
    """Write one command as letter and payload, as an MTA does.

    Raises:
        ValueError: a field holds a NUL, or a number out of its range.
    """
    match command:
        case Negotiate(version, abilities, steps):
            return b"O" + _packed(_NEGOTIATE, version, abilities, steps)
        case Macros(letter, values):
            return b"D" + letter.encode("latin-1") + _row(*(t for p in values.items() for t in p))
        case Connect(hostname, "unknown"):
            return b"C" + _row(hostname) + b"U"
        case Connect(hostname, family, port, address):
            start = b"C" + _row(hostname) + _FAMILY_OCTETS[family]
            return start + _packed(_PORT, port) + _row(address)
        case Helo(name):
            return b"H" + _row(name)
        case Mail(path, parameters):
            return b"M" + _row(path, *parameters)
        case Rcpt(path, parameters):
            return b"R" + _row(path, *parameters)
        case Data():
            return b"T"
        case Header(name, value):
            return b"L" + _row(name, value)
        case EndOfHeaders():
            return b"N"
        case Body(chunk):
            return b"B" + chunk
        case EndOfMessage(chunk):
            return b"E" + chunk
        case Abort():
            return b"A"
        case Unknown(line):
            return b"U" + _row(line)
        case Quit():
            return b"Q"
        case QuitForNext():
            return b"K"


def _packed(form: struct.Struct, *numbers: int) -> bytes:
    try:
        return form.pack(*numbers)
    except struct.error as error:
        raise ValueError(f"{numbers} cannot be sent: {error}") from None
