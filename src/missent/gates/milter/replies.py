"""What a filter tells an MTA (`SMFIR_*`): one small value a reply, to and from its octets."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from missent.core.errors import ProtocolError
from missent.gates.milter.commands import no_payload, octets_of, one_string, strings, text
from missent.gates.milter.flags import CHUNK_OCTETS, VERSION, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

_NUMBER = struct.Struct("!I")
_NEGOTIATED = struct.Struct("!III")
_LINES = 32  # libmilter takes no more
_LINE_OCTETS = 510  # RFC 5321 4.5.3.1.5, less CR LF
_ENHANCED = re.compile(r"([45])\.\d{1,3}\.\d{1,3}")  # RFC 3463
_REPLY_LINE = re.compile(r"([45]\d\d)[ -](?:([45]\.\d{1,3}\.\d{1,3})(?: |$))?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Negotiated:
    """`O`: what the filter wants, of what the MTA offered, and which macros it wants to hear."""

    abilities: int
    steps: int
    macros: tuple[SetMacros, ...] = ()
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class Accept:
    """`a`: no more of this message (or, at CONNECT and HELO, connection). Never at RCPT."""


@dataclass(frozen=True, slots=True)
class Continue:
    """`c`: go on."""


@dataclass(frozen=True, slots=True)
class Discard:
    """`d`: tell the client that it is taken, and drop it: our store has it. Never at RCPT."""


@dataclass(frozen=True, slots=True)
class Reject:
    """`r`: refuse this command with the MTA's own words."""


@dataclass(frozen=True, slots=True)
class TempFail:
    """`t`: refuse this command for now with the MTA's own words."""


@dataclass(frozen=True, slots=True)
class Skip:
    """`s`: no more of the body; only where `Step.SKIP` was agreed."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`p`: still at it; the MTA's clock starts anew."""


@dataclass(frozen=True, slots=True)
class Shutdown:
    """`4`: 421, and close the client's connection."""


@dataclass(frozen=True, slots=True)
class ConnFail:
    """`f`: the connection to the filter shall count as failed."""


@dataclass(frozen=True, slots=True)
class ReplyCode:
    """`y`: refuse this command in these words.

    Attributes:
        code: from 400 to 599.
        enhanced: the enhanced status code (RFC 3463) of the same class, or "".
        lines: the text, one to 32 lines without their line ends.
        utf8: whether they may go beyond ASCII: only after MAIL with SMTPUTF8 (RFC 6531 3.7.4).

    Raises:
        ValueError: no SMTP reply can look like this; an MTA would drop the whole conversation.
    """

    code: int
    enhanced: str
    lines: tuple[str, ...]
    utf8: bool = False

    def __post_init__(self) -> None:
        if not 400 <= self.code <= 599:  # noqa: PLR2004  the reply codes that refuse
            raise ValueError(f"a milter reply starts with 4 or 5, not {self.code}")
        if self.enhanced:
            status = _ENHANCED.fullmatch(self.enhanced)
            if status is None or status[1] != str(self.code)[0]:
                raise ValueError(f"{self.enhanced!r} is no enhanced status code of {self.code}")
        if not 1 <= len(self.lines) <= _LINES:
            raise ValueError(f"a milter reply has 1 to {_LINES} lines, not {len(self.lines)}")
        for line in self.lines:
            self._refuse(line)

    def _refuse(self, line: str) -> None:
        if any(c < " " or c == "\x7f" for c in line):
            raise ValueError(f"{line!r} has a control character")
        if not self.utf8 and not line.isascii():
            raise ValueError(f"{line!r} is not ASCII, and the client did not say SMTPUTF8")
        if len(line.encode()) + len(self.enhanced) + 5 > _LINE_OCTETS:
            raise ValueError(f"a reply line of {len(line)} characters is too long")


@dataclass(frozen=True, slots=True)
class AddHeader:
    """`h`: one more header field, at the end."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class InsertHeader:
    """`i`: one more header field at this place, counted from 0."""

    index: int
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ChangeHeader:
    """`m`: another value for the index-th field of this name, from 1; "" removes it."""

    index: int
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ReplaceBody:
    """`b`: a piece of the new body."""

    chunk: bytes


@dataclass(frozen=True, slots=True)
class ChangeSender:
    """`e`: another reverse-path."""

    path: str
    parameters: str = ""


@dataclass(frozen=True, slots=True)
class AddRecipient:
    """`+`: one more recipient."""

    path: str


@dataclass(frozen=True, slots=True)
class AddRecipientWithParameters:
    """`2`: one more recipient, with ESMTP parameters."""

    path: str
    parameters: str = ""


@dataclass(frozen=True, slots=True)
class DeleteRecipient:
    """`-`: one recipient less; the path as it was given."""

    path: str


@dataclass(frozen=True, slots=True)
class Quarantine:
    """`q`: into the MTA's hold queue. A modification: Continue or Accept must follow."""

    reason: str


@dataclass(frozen=True, slots=True)
class SetMacros:
    """`l`: the macros wanted at one stage. MTAs take them within `Negotiated` only."""

    stage: Stage
    names: tuple[str, ...]


Modification: TypeAlias = (
    AddHeader
    | InsertHeader
    | ChangeHeader
    | ReplaceBody
    | ChangeSender
    | AddRecipient
    | AddRecipientWithParameters
    | DeleteRecipient
    | Quarantine
)
Reply: TypeAlias = (
    Negotiated
    | Accept
    | Continue
    | Discard
    | Reject
    | TempFail
    | Skip
    | Progress
    | Shutdown
    | ConnFail
    | ReplyCode
    | Modification
    | SetMacros
)

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
            return b"O" + _NEGOTIATED.pack(version, abilities, steps) + lists
        case ReplyCode():
            return b"y" + _reply_text(reply)
        case AddHeader(name, value):
            return b"h" + _row(name, value)
        case InsertHeader(index, name, value):
            return b"i" + _number(index) + _row(name, value)
        case ChangeHeader(index, name, value):
            return b"m" + _number(index) + _row(name, value)
        case ReplaceBody(chunk):
            if len(chunk) > CHUNK_OCTETS:
                raise ValueError(f"a piece of a body has at most {CHUNK_OCTETS} octets")
            return b"b" + chunk
        case ChangeSender(path, parameters):
            return b"e" + (_row(path, parameters) if parameters else _row(path))
        case AddRecipient(path):
            return b"+" + _row(path)
        case AddRecipientWithParameters(path, parameters):
            return b"2" + (_row(path, parameters) if parameters else _row(path))
        case DeleteRecipient(path):
            return b"-" + _row(path)
        case Quarantine(reason):
            return b"q" + _row(reason)
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


def _number(value: int) -> bytes:
    try:
        return _NUMBER.pack(value)
    except struct.error as error:
        raise ValueError(f"{value} cannot be sent: {error}") from None


def _row(*values: str) -> bytes:
    return b"".join(octets_of(value) + b"\0" for value in values)


def _macro_list(stage: Stage, names: tuple[str, ...]) -> bytes:
    return _number(stage) + _row(" ".join(names))


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
    if len(payload) < _NEGOTIATED.size:
        raise ProtocolError("a negotiation has three numbers")
    version, abilities, steps = _NEGOTIATED.unpack_from(payload)
    macros: list[SetMacros] = []
    rest = payload[_NEGOTIATED.size :]
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
