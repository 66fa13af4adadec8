"""Texts and numbers as both sides of the milter protocol write them.

Texts are UTF-8 with surrogate escapes, so that whatever octets came in can be told apart and
sent again unchanged.
"""

from __future__ import annotations

from struct import Struct, error
from typing import Final

from missent.core.errors import ProtocolError

THREE: Final = Struct("!III")  # a negotiation


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


def row(*values: str) -> bytes:
    """Write NUL-terminated strings.

    Raises:
        ValueError: there is a NUL in one.
    """
    return b"".join(octets_of(value) + b"\0" for value in values)


def packed(form: Struct, *numbers: int) -> bytes:
    """Write numbers.

    Raises:
        ValueError: one is out of its range.
    """
    try:
        return form.pack(*numbers)
    except error as fault:
        raise ValueError(f"{numbers} cannot be sent: {fault}") from None
