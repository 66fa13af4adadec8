"""Signed words that let whoever holds them choose once: in links, and in reply addresses.

A token names a held message, one of its recipients, a choice and an end, and is signed. It says
nothing in the clear and changes nothing by being looked at. It works once because the machine
lets a recipient leave `held` once.
"""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from missent.hold.machine import Choice

if TYPE_CHECKING:
    from missent.hold.keys import Keys

_LAYOUT = struct.Struct(">BHBI8s")
_REPLY = 0
_CHOICES = {1: Choice.SEND, 2: Choice.INSTEAD, 3: Choice.DISCARD}
_NUMBERS = {choice: number for number, choice in _CHOICES.items()}
LETTERS = 45
"""How long a token is; letters and digits of one case, as mail may change the case."""


class Bad(StrEnum):
    """Why a token is refused."""

    TAMPERED = "tampered"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says.

    Attributes:
        message: the held message's name.
        expires: when it ends, in seconds since the epoch.
        choice: what its holder chooses; None for a reply address, where the reply says it.
        recipient: the number of the recipient; 0 for a reply address.
        meant: the number of the suggestion, for `Choice.INSTEAD`.
    """

    message: str
    expires: int
    choice: Choice | None = None
    recipient: int = 0
    meant: int = 0

    def write(self, keys: Keys) -> str:
        """The token as it is sent out."""
        number = _NUMBERS[self.choice] if self.choice else _REPLY
        said = _LAYOUT.pack(
            number, self.recipient, self.meant, self.expires, bytes.fromhex(self.message)
        )
        octets = said + keys.sign(said)
        return base64.b32encode(octets).decode("ascii").rstrip("=").lower()


def read(text: str, keys: Keys, at: int) -> Token | Bad:
    """Read a token that came back.

    Args:
        text: from the network.
        keys: one of which must have signed it.
        at: now, in seconds since the epoch.
    """
    if len(text) != LETTERS or not text.isascii():
        return Bad.TAMPERED
    try:
        octets = base64.b32decode(text.upper() + "===")
    except (binascii.Error, ValueError):
        return Bad.TAMPERED
    said, signature = octets[: _LAYOUT.size], octets[_LAYOUT.size :]
    # Of the last letter some bits mean nothing: without this, two texts would be one token.
    if base64.b32encode(octets).decode("ascii").rstrip("=") != text.upper():
        return Bad.TAMPERED
    if not keys.verify(said, signature):
        return Bad.TAMPERED
    number, recipient, meant, expires, message = _LAYOUT.unpack(said)
    token = Token(message.hex(), expires, _CHOICES.get(number), recipient, meant)
    return Bad.EXPIRED if at >= expires else token
