"""Held messages as plain values, as programs get them; never their content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.core.moment import iso

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missent.core.finding import Json
    from missent.hold.held import Held, HeldRecipient, Step


def of(held: Held, steps: Iterable[Step] | None = None) -> dict[str, Json]:
    """A message, and where they are given the steps of its record; moments are UTC."""
    made: dict[str, Json] = {
        "name": held.name,
        "mail_from": held.envelope.mail_from,
        "message_id": held.envelope.message_id,
        "octets": held.octets,
        "held": iso(held.at),
        "expires": iso(held.expires),
        "recipients": [_recipient(one) for one in held.recipients],
    }
    if steps is not None:
        made["steps"] = [_step(one) for one in steps]
    return made


def _recipient(one: HeldRecipient) -> dict[str, Json]:
    return {
        "number": one.number,
        "rcpt_to": one.suspect.address,
        "state": one.state.value,
        "sent_to": one.sent_to,
        "result": one.result,
        "review": one.suspect.review,
        "did_you_mean": list(one.suspect.meant),
        "reasons": [{"code": why.code, "summary": why.summary} for why in one.suspect.reasons],
    }


def _step(step: Step) -> dict[str, Json]:
    return {
        "recipient": step.recipient,
        "at": iso(step.at),
        "what": step.what,
        "who": step.who,
        "way": step.way,
        "why": step.why,
    }
