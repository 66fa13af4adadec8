"""What missent asks an MTA for: as few steps, macros and abilities as the work allows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from missent.core.errors import ProtocolError
from missent.gates.milter import commands
from missent.gates.milter.flags import VERSION, Ability, Stage, Step
from missent.gates.milter.replies import Negotiated, SetMacros

_OLDEST = 2  # Sendmail 8.12
_MACROS = (
    # At CONNECT the queue id is there only for mail that did not come by SMTP.
    SetMacros(Stage.CONNECT, ("i", "{daemon_name}")),
    SetMacros(Stage.HELO, ()),
    SetMacros(Stage.MAIL, ("{auth_authen}",)),
    SetMacros(Stage.RCPT, ("i",)),
    SetMacros(Stage.DATA, ()),
    SetMacros(Stage.END_OF_HEADERS, ()),
    SetMacros(Stage.END_OF_MESSAGE, ("i",)),
)
_SILENT: dict[Step, type] = {
    Step.SILENT_CONNECT: commands.Connect,
    Step.SILENT_HELO: commands.Helo,
    Step.SILENT_DATA: commands.Data,
    Step.SILENT_UNKNOWN: commands.Unknown,
    Step.SILENT_HEADERS: commands.Header,
    Step.SILENT_END_OF_HEADERS: commands.EndOfHeaders,
    Step.SILENT_BODY: commands.Body,
}


# The header fields that say who a message is, and whether a program sent it; and all of List-*.
KEPT = frozenset(("message-id", "auto-submitted", "precedence", "x-auto-response-suppress"))
_KEPT_LETTERS = {letter for name in (*KEPT, "list-") for letter in (name[0], name[0].upper())}
_UNREAD_MACROS = frozenset(b"D" + letter for letter in (b"H", b"T", b"L", b"N", b"B", b"U"))
_UNREAD_HEADERS = frozenset(
    b"L" + bytes((octet,)) for octet in range(256) if chr(octet) not in _KEPT_LETTERS
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the two sides will do.

    Attributes:
        reply: the filter's part of it, to be sent.
        silent: the commands that the MTA sends without waiting for a reply.
        can_hold: whether the MTA has a hold queue for us.
        unread: how packets begin that say nothing of interest and want no reply.
    """

    reply: Negotiated
    silent: frozenset[type]
    can_hold: bool
    unread: frozenset[bytes]


@lru_cache(maxsize=64)
def negotiate(offer: commands.Negotiate, *, header: bool) -> Agreement:
    """Choose from what an MTA offers.

    Args:
        offer: what the MTA can do.
        header: whether the header is wanted.

    Raises:
        ProtocolError: the MTA is older than the oldest version that can be spoken.
    """
    if offer.version < _OLDEST:
        raise ProtocolError(f"milter protocol version {offer.version} is too old")
    offered = Step(offer.steps)
    unneeded = Step.NO_HELO | Step.NO_BODY | Step.NO_UNKNOWN | Step.NO_DATA | Step.NO_END_OF_HEADERS
    if not header:
        unneeded |= Step.NO_HEADERS
    silent = Step(0)
    for step in _SILENT:
        silent |= step
    steps = offered & (unneeded | silent)
    abilities = Ability(offer.abilities) & (Ability.QUARANTINE | Ability.CHOOSE_MACROS)
    macros = _MACROS if Ability.CHOOSE_MACROS in abilities else ()
    silent_headers = Step.SILENT_HEADERS in steps
    return Agreement(
        Negotiated(int(abilities), int(steps), macros, min(offer.version, VERSION)),
        frozenset(kind for step, kind in _SILENT.items() if step in steps),
        Ability.QUARANTINE in abilities,
        _UNREAD_MACROS | (_UNREAD_HEADERS if silent_headers else frozenset()),
    )
