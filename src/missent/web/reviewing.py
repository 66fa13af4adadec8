"""What a reviewer decides about held mail: it stands in the trail before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missent.hold.machine import Choice, Refused, State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from missent.hold.held import HeldRecipient, Pick
    from missent.web.trail import Trail

_VERBS: Final = {Choice.INSTEAD: "redirect", Choice.SEND: "release", Choice.DISCARD: "discard"}
REFUSED: Final = {
    Refused.DECIDED: "nothing changed: somebody decided already",
    Refused.TIME: "nothing changed: its time is over",
    Refused.REVIEW: "nothing changed: it waits for a reviewer",
}


async def decide(
    trail: Trail,
    who: str,
    pick: Pick,
    one: HeldRecipient,
    choose: Callable[[Pick], Awaitable[State | Refused | None]],
) -> State | Refused:
    """Carry out a choice; that nothing came of it is in the trail too.

    Args:
        trail: where it is noted.
        who: as the trail names who is at the door; the choice may be somebody else's.
        pick: the choice.
        one: the recipient that it is about.
        choose: carries it out.

    Returns:
        The new state, or why nothing changed.

    Raises:
        StoreError: it cannot be noted, and was not done; or it cannot be done.
    """
    verb, what = f"{_VERBS[pick.choice]} held", f"{pick.message}/{pick.recipient}"
    told = one.suspect.address
    if pick.meant:
        told += f", sent to {pick.meant} instead"
    if pick.who != who:
        told += f", for {pick.who}"
    await trail.record(who, verb, what, f"{told}; {pick.why}" if pick.why else told)
    found = await choose(pick)
    if not isinstance(found, State):
        found = found or Refused.DECIDED  # it was taken away meanwhile
        await trail.record(who, verb, what, REFUSED[found])
    return found
