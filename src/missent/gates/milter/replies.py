"""What a filter tells an MTA (`SMFIR_*`): one small value a reply."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from missent.gates.milter.flags import VERSION

if TYPE_CHECKING:
    from missent.gates.milter.flags import Stage

_LINES = 32  # libmilter takes no more
_LINE_OCTETS = 510  # RFC 5321 4.5.3.1.5, less CR LF
_ENHANCED = re.compile(r"([45])\.\d{1,3}\.\d{1,3}")  # RFC 3463


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
