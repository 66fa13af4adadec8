"""The AUTH command and the lines of its exchange, as text and octets (RFC 4954)."""

from __future__ import annotations

from binascii import a2b_base64
from typing import TYPE_CHECKING

from missent.smtp.arguments import fault
from missent.smtp.events import Auth

if TYPE_CHECKING:
    from collections.abc import Sequence

LINE_OCTETS = 12_288  # RFC 4954 4: a line of the exchange, and with it the CR LF


def read_auth(argument: str, offered: Sequence[str]) -> Auth:
    """Read what follows AUTH. Nothing of it is ever told in an answer: it may be a password.

    Args:
        argument: `MECHANISM` or `MECHANISM RESPONSE`, where `=` is an empty response.
        offered: the mechanisms, in upper case.

    Raises:
        Refused: it is ill-formed, or the mechanism is not offered.
    """
    mechanism, *responses = argument.split(" ")
    if not mechanism or len(responses) > 1:
        raise fault(501, "5.5.4", "write AUTH and a mechanism, perhaps with a response in base64")
    mechanism = mechanism.upper()
    if mechanism not in offered:
        raise fault(504, "5.5.4", f"not offered here; offered are {' '.join(offered)}")
    if not responses:
        return Auth(mechanism)
    return Auth(mechanism, b"" if responses[0] == "=" else _decoded(responses[0].encode()))


def read_response(line: bytes) -> bytes:
    """Decode a response to a challenge.

    Raises:
        Refused: it cancels the exchange, or is no base64.
    """
    if line == b"*":
        raise fault(501, "5.7.0", "cancelled, as you wished")
    return _decoded(line)


def _decoded(line: bytes) -> bytes:
    try:
        return a2b_base64(line, strict_mode=True)
    except ValueError:
        raise fault(501, "5.5.2", "this is no base64") from None
