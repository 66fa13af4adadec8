"""What missent asks an MTA for: as few steps, macros and abilities as the work allows."""

from __future__ import annotations

from functools import lru_cache

from missent.core.errors import ProtocolError
from missent.gates.milter import commands
from missent.gates.milter.flags import VERSION, Ability, Stage, Step
from missent.gates.milter.replies import Negotiated

_OLDEST = 2  # Sendmail 8.12
_MACROS = {
    # At CONNECT the queue id is there only for mail that did not come by SMTP.
    Stage.CONNECT: ("i", "{daemon_name}"),
    Stage.HELO: (),
    Stage.MAIL: ("{auth_authen}",),
    Stage.RCPT: ("i",),
    Stage.DATA: (),
    Stage.END_OF_HEADERS: (),
    Stage.END_OF_MESSAGE: ("i",),
}
_SILENT: dict[Step, type] = {
    Step.SILENT_CONNECT: commands.Connect,
    Step.SILENT_HELO: commands.Helo,
    Step.SILENT_DATA: commands.Data,
    Step.SILENT_UNKNOWN: commands.Unknown,
    Step.SILENT_HEADERS: commands.Header,
    Step.SILENT_END_OF_HEADERS: commands.EndOfHeaders,
    Step.SILENT_BODY: commands.Body,
}


@lru_cache(maxsize=64)
def negotiate(
    offer: commands.Negotiate, *, header: bool
) -> tuple[Negotiated, frozenset[type], bool]:
    """Choose from what an MTA offers.

    Args:
        offer: what the MTA can do.
        header: whether the header is wanted.

    Returns:
        The answer; the commands that the MTA then sends without waiting for a reply; whether it
        has a hold queue for us.

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
    return (
        Negotiated(
            int(abilities),
            int(steps),
            _MACROS if Ability.CHOOSE_MACROS in abilities else {},
            min(offer.version, VERSION),
        ),
        frozenset(kind for step, kind in _SILENT.items() if step in steps),
        Ability.QUARANTINE in abilities,
    )
