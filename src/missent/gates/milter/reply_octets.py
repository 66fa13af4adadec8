"""Replies to and from their octets: a letter, and a payload."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from missent.core.errors import ProtocolError
from missent.gates.milter.flags import CHUNK_OCTETS, Stage
from missent.gates.milter.octets import (
    THREE,
    no_payload,
    octets_of,
    one_string,
    packed,
    row,
    strings,
    text,
)
from missent.gates.milter.replies import (
    Accept,
    AddHeader,
    AddRecipient,
    AddRecipientWithParameters,
    ChangeHeader,
    ChangeSender,
    ConnFail,
    Continue,
    DeleteRecipient,
    Discard,
    InsertHeader,
    Negotiated,
    Progress,
    Quarantine,
    Reject,
    ReplaceBody,
    ReplyCode,
    SetMacros,
    Shutdown,
    Skip,
    TempFail,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from missent.gates.milter.replies import Reply

_NUMBER = struct.Struct("!I")
_REPLY_LINE = re.compile(r"([45]\d\d)[ -](?:([45]\.\d{1,3}\.\d{1,3})(?: |$))?(.*)", re.DOTALL)

_BARE: dict[int, Reply] = {
    ord("a"): Accept(),
    ord("c"): Continue(),
    ord("d"): Discard(),
    ord("r"): Reject(),
    ord("t"): TempFail(),
    ord("s"): Skip(),
    ord("p"): Progress(),
    ord("4"): Shutdown(),
    ord("f"): ConnFail(),
}
_BARE_LETTERS = {type(reply): bytes((letter,)) for letter, reply in _BARE.items()}


def encode(reply: Reply) -> bytes:  # noqa: C901, PLR0911, PLR0912  one case a reply
    """Write one reply as letter and payload.

    Raises:
        ValueError: a field holds a NUL, or a number or a piece is too large.
    """
    letter = _BARE_LETTERS.get(type(reply))
    if letter is not None:
        return letter
    match reply:
        case Negotiated(abilities, steps, macros, version):
            lists = b"".join(_macro_list(wanted.stage, wanted.names) for wanted in macros)
            return b"O" + THREE.pack(version, abilities, steps) + lists
        case ReplyCode():
            return b"y" + _reply_text(reply)
        case AddHeader(name, value):
            return b"h" + row(name, value)
        case InsertHeader(index, name, value):
            return b"i" + packed(_NUMBER, index) + row(name, value)
        case ChangeHeader(index, name, value):
            return b"m" + packed(_NUMBER, index) + row(name, value)
        case ReplaceBody(chunk):
            if len(chunk) > CHUNK_OCTETS:
                raise ValueError(f"a piece of a body has at most {CHUNK_OCTETS} octets")
            return b"b" + chunk
        case ChangeSender(path, parameters):
            return b"e" + (row(path, parameters) if parameters else row(path))
        case AddRecipient(path):
            return b"+" + row(path)
        case AddRecipientWithParameters(path, parameters):
            return b"2" + (row(path, parameters) if parameters else row(path))
        case DeleteRecipient(path):
            return b"-" + row(path)
        case Quarantine(reason):
            return b"q" + row(reason)
        case SetMacros(stage, names):
            return b"l" + _macro_list(stage, names)
    raise TypeError(f"{reply!r} is no reply")


def decode(letter: int, payload: bytes) -> Reply:
    """Read one reply, as an MTA does.

    Raises:
        ProtocolError: there is no such reply, or it cannot look like this.
    """
    bare = _BARE.get(letter)
    if bare is not None:
        no_payload(payload)
        return bare
    reader = _READERS.get(letter)
    if reader is None:
        raise ProtocolError(f"there is no milter reply {bytes((letter,))!r}")
    return reader(payload)


def _macro_list(stage: Stage, names: tuple[str, ...]) -> bytes:
    return packed(_NUMBER, stage) + row(" ".join(names))


def _reply_text(reply: ReplyCode) -> bytes:
    status = f"{reply.enhanced} " if reply.enhanced else ""
    last = len(reply.lines) - 1
    whole = "\r\n".join(
        f"{reply.code}{' ' if n == last else '-'}{status}{line}"
        for n, line in enumerate(reply.lines)
    )
    # An MTA hands the text to printf, or undoes the doubling as if it did.
    return octets_of(whole.replace("%", "%%")) + b"\0"


def _negotiated(payload: bytes) -> Negotiated:
    if len(payload) < THREE.size:
        raise ProtocolError("a negotiation has three numbers")
    version, abilities, steps = THREE.unpack_from(payload)
    macros: list[SetMacros] = []
    rest = payload[THREE.size :]
    while rest:
        names, end, following = rest[_NUMBER.size :].partition(b"\0")
        if not end:
            raise ProtocolError("a list of macros ends with a NUL")
        macros.append(_set_macros(rest[: _NUMBER.size] + names + end))
        rest = following
    return Negotiated(abilities, steps, tuple(macros), version)


def _set_macros(payload: bytes) -> SetMacros:
    stage, listed = _counted(payload, 1)
    try:
        return SetMacros(Stage(stage), tuple(listed[0].split()))
    except ValueError:
        raise ProtocolError(f"there is no stage {stage}") from None


def _counted(payload: bytes, texts: int) -> tuple[int, list[str]]:
    if len(payload) < _NUMBER.size:
        raise ProtocolError("a number is missing")
    (number,) = _NUMBER.unpack_from(payload)
    return number, _texts(payload[_NUMBER.size :], texts, texts)


def _texts(payload: bytes, least: int, most: int) -> list[str]:
    found = [text(octets) for octets in strings(payload)]
    if not least <= len(found) <= most:
        raise ProtocolError(f"{least} to {most} strings were due, not {len(found)}")
    return found


def _reply_code(payload: bytes) -> ReplyCode:
    lines = one_string(payload).replace("%%", "%").split("\r\n")
    found = [_REPLY_LINE.fullmatch(line) for line in lines]
    first = found[0]
    if first is None or None in found:
        raise ProtocolError("a reply line starts with a code of 4 or 5")
    texts = tuple(match[3] for match in found if match)
    try:
        return ReplyCode(int(first[1]), first[2] or "", texts, utf8=True)
    except ValueError as error:
        raise ProtocolError(str(error)) from None


def _replaced(payload: bytes) -> ReplaceBody:
    if len(payload) > CHUNK_OCTETS:
        raise ProtocolError("a piece of a body is too large")
    return ReplaceBody(payload)


_READERS: dict[int, Callable[[bytes], Reply]] = {
    ord("O"): _negotiated,
    ord("l"): _set_macros,
    ord("y"): _reply_code,
    ord("h"): lambda payload: AddHeader(*_texts(payload, 2, 2)),
    ord("i"): lambda payload: _edit(InsertHeader, payload),
    ord("m"): lambda payload: _edit(ChangeHeader, payload),
    ord("b"): _replaced,
    ord("e"): lambda payload: ChangeSender(*_texts(payload, 1, 2)),
    ord("+"): lambda payload: AddRecipient(*_texts(payload, 1, 1)),
    ord("2"): lambda payload: AddRecipientWithParameters(*_texts(payload, 1, 2)),
    ord("-"): lambda payload: DeleteRecipient(*_texts(payload, 1, 1)),
    ord("q"): lambda payload: Quarantine(*_texts(payload, 1, 1)),
}


def _edit(kind: Callable[[int, str, str], Reply], payload: bytes) -> Reply:
    index, texts = _counted(payload, 2)
    return kind(index, *texts)
