"""What an MTA tells a filter (`SMFIC_*`): one small value a command."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Family = Literal["unknown", "unix", "ipv4", "ipv6"]

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
