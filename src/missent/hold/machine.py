"""The states of a held recipient, and what leads from one to another. Pure.

    held -> released | redirected | discarded | expired

Only a person releases, redirects or discards; only time expires. The first of them wins: there is
no way back out of the other states, and whoever comes second is told what was chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a held recipient stands."""

    HELD = "held"
    RELEASED = "released"
    REDIRECTED = "redirected"
    DISCARDED = "discarded"
    EXPIRED = "expired"


class Choice(StrEnum):
    """What a person, or time, can do about a held recipient."""

    SEND = "send"
    INSTEAD = "instead"
    DISCARD = "discard"
    EXPIRE = "expire"


class Way(StrEnum):
    """How a choice reached us."""

    LINK = "link"
    REPLY = "reply"
    REVIEWER = "reviewer"
    TIME = "time"


_LEADS_TO = {
    Choice.SEND: State.RELEASED,
    Choice.INSTEAD: State.REDIRECTED,
    Choice.DISCARD: State.DISCARDED,
    Choice.EXPIRE: State.EXPIRED,
}
GOING = frozenset((State.RELEASED, State.REDIRECTED))
"""The states in which the message is on its way to somebody."""


class Refused(StrEnum):
    """Why a choice changes nothing."""

    DECIDED = "decided"
    REVIEW = "review"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the machine knows of a held recipient.

    Attributes:
        state: where it stands.
        review: a reviewer must let it go: its sender may only withdraw or redirect it.
        expires: when it expires, in seconds since the epoch.
    """

    state: State
    review: bool
    expires: int


def step(standing: Standing, choice: Choice, way: Way, at: int) -> State | Refused:
    """Where a choice leads, or why it leads nowhere.

    Args:
        standing: of the recipient.
        choice: what is asked for.
        way: how it reached us.
        at: now, in seconds since the epoch.
    """
    if standing.state is not State.HELD:
        return Refused.DECIDED
    if (choice is Choice.EXPIRE) is not (way is Way.TIME):
        return Refused.TIME
    if (choice is Choice.EXPIRE) is not (at >= standing.expires):
        # Nothing expires early, and what is due to expire is no longer to be had.
        return Refused.TIME
    if choice is Choice.SEND and standing.review and way is not Way.REVIEWER:
        return Refused.REVIEW
    return _LEADS_TO[choice]
