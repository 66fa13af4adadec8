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
    Step.SILENT_MAIL: commands.Mail,
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
        can_keep: whether the whole message comes, and recipients may be taken from it.
        can_skip: whether the rest of a body can be waved through.
        spaced: whether the values of header fields come with their leading space.
        unread: how packets begin that say nothing of interest and want no reply, where the
            message is not kept.
        unread_of_kept: the same where it is.
    """

    reply: Negotiated
    silent: frozenset[type]
    can_hold: bool
    can_keep: bool
    can_skip: bool
    spaced: bool
    unread: frozenset[bytes]
    unread_of_kept: frozenset[bytes]


@lru_cache(maxsize=64)
def negotiate(offer: commands.Negotiate, *, header: bool, keeps: bool = False) -> Agreement:
    """Choose from what an MTA offers.

    Args:
        offer: what the MTA can do.
        header: whether the header is wanted.
        keeps: whether messages are kept, so that all of them is wanted.

    Raises:
        ProtocolError: the MTA is older than the oldest version that can be spoken.
    """
    if offer.version < _OLDEST:
        raise ProtocolError(f"milter protocol version {offer.version} is too old")
    offered = Step(offer.steps)
    wanted = Step.NO_HELO | Step.NO_UNKNOWN | Step.NO_DATA | Step.NO_END_OF_HEADERS
    for step in _SILENT:
        wanted |= step
    abilities = Ability(offer.abilities) & (Ability.QUARANTINE | Ability.CHOOSE_MACROS)
    keeps = keeps and Ability.DELETE_RECIPIENTS in Ability(offer.abilities)
    if keeps:
        abilities |= Ability.DELETE_RECIPIENTS
        # A silent body could not be skipped.
        wanted = (wanted | Step.SKIP | Step.LEADING_SPACE) & ~Step.SILENT_BODY
    else:
        wanted |= Step.NO_BODY
        if not header:
            wanted |= Step.NO_HEADERS
    steps = offered & wanted
    macros = _MACROS if Ability.CHOOSE_MACROS in abilities else ()
    silent_headers = Step.SILENT_HEADERS in steps
    return Agreement(
        Negotiated(int(abilities), int(steps), macros, min(offer.version, VERSION)),
        frozenset(kind for step, kind in _SILENT.items() if step in steps),
        Ability.QUARANTINE in abilities,
        keeps,
        Step.SKIP in steps,
        Step.LEADING_SPACE in steps,
        _UNREAD_MACROS | (_UNREAD_HEADERS if silent_headers else frozenset()),
        _UNREAD_MACROS,
    )
