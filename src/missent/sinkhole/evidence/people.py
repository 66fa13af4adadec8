"""Mail of people told from bulk, by what the connection shows and without any content.

The weights are log-odds, set by judgement and not fitted: there is no public collection of such
connections. What decides is in the code, so that a report can be contested.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

_PEOPLE, _BULK = 1.0, -1.0  # from here on it is called one or the other
_MANY = 10  # recipients: nobody mistypes so many addresses in one message
_INSISTENT = 3  # times the same: a mail server takes a 5xx for an answer
_SPF: dict[str | None, float] = {"pass": 1.0, "softfail": -1.0, "fail": -3.0, "permerror": -0.5}


class Kind(StrEnum):
    """What a refused message was, as far as can be told.

    Attributes:
        PEOPLE: written by somebody who mistyped.
        BULK: advertising, or worse.
        AUTOMATIC: a notice or an answer of a program: its reverse-path is empty.
        UNCLEAR: none of them for sure.
    """

    PEOPLE = "people"
    BULK = "bulk"
    AUTOMATIC = "automatic"
    UNCLEAR = "unclear"


class Signals(NamedTuple):
    """What the connection showed. None is "not known", and weighs nothing.

    Attributes:
        confirmed: the address has a name that leads back to it (FCrDNS).
        aligned: that name is of the same organisation as the reverse-path.
        spf: the result of SPF (RFC 7208 2.6) for the reverse-path, or for the name of the greeting.
        helo: the client introduced itself with a full name.
        secure: it used TLS.
        early: it spoke out of turn.
        listed: True on a list of good networks of the operator, False on one of bad ones.
        null: the reverse-path is empty.
        recipients: how many were refused in the message.
        persons: how many of the first four have the form of a person's name.
        noise: how many of them look made up.
        seen: how many times the same sender tried the same recipient within the hour.
    """

    confirmed: bool | None = None
    aligned: bool | None = None
    spf: str | None = None
    helo: bool = False
    secure: bool = False
    early: bool = False
    listed: bool | None = None
    null: bool = False
    recipients: int = 1
    persons: int = 0
    noise: int = 0
    seen: int = 1


def weigh(signals: Signals) -> float:
    """The log-odds that a person wrote it."""
    weight = 0.0
    if signals.confirmed is not None:
        weight += 1.0 if signals.confirmed else -2.0
    if signals.aligned:
        weight += 1.0
    if signals.listed is not None:
        weight += 3.0 if signals.listed else -4.0
    weight += _SPF.get(signals.spf, 0.0)
    weight += 0.5 if signals.helo else -2.0
    weight += 1.0 if signals.secure else -0.5
    weight -= 3.0 * signals.early
    weight -= 3.0 * (signals.recipients > _MANY)
    weight -= 2.0 * (signals.seen >= _INSISTENT)
    weight += 0.5 * min(signals.persons, 2) - 1.0 * min(signals.noise, 2)
    return weight


def kind(signals: Signals) -> Kind:
    """What the message was."""
    if signals.null and signals.listed is not False:
        return Kind.AUTOMATIC
    weight = weigh(signals)
    if weight >= _PEOPLE:
        return Kind.PEOPLE
    return Kind.BULK if weight <= _BULK else Kind.UNCLEAR
