"""Held messages as lines for people, and as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from missent.cli.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from missent.core.finding import Json
    from missent.hold.interface import Held, Step


def line(held: Held) -> str:
    """A message in one line."""
    to = ", ".join(f"{r.suspect.address} ({r.state})" for r in held.recipients)
    sender = held.envelope.mail_from
    return printable(f"{held.name}  {moment(held.at)}  {sender} -> {to}")


def record(held: Held, steps: Iterable[Step]) -> Iterator[str]:
    """All that is known of a message."""
    yield f"{held.name}: {held.octets:,} octets from {printable(held.envelope.mail_from)}"
    yield f"held since {moment(held.at)}, until {moment(held.expires)}"
    for one in held.recipients:
        review = ", waits for a reviewer" if one.suspect.review else ""
        to = f" to {one.sent_to}" if one.sent_to else ""
        result = f", {one.result}" if one.result else ""
        yield printable(f"{one.number}. {one.suspect.address}: {one.state}{to}{result}{review}")
        if one.suspect.meant:
            yield printable(f"   perhaps meant: {', '.join(one.suspect.meant)}")
        for reason in one.suspect.reasons:
            yield printable(f"   {reason.code}: {reason.summary}")
    for step in steps:
        parts = [moment(step.at), f"{step.recipient or 'all'}", step.what, step.who, step.way]
        yield printable("  ".join((*parts, step.why)).rstrip())


def as_json(held: Held, steps: Iterable[Step] = ()) -> dict[str, Json]:
    """The same as plain values; moments are UTC."""
    made: dict[str, Json] = {
        "name": held.name,
        "mail_from": held.envelope.mail_from,
        "message_id": held.envelope.message_id,
        "octets": held.octets,
        "held": moment(held.at),
        "expires": moment(held.expires),
        "recipients": [
            {
                "number": one.number,
                "rcpt_to": one.suspect.address,
                "state": one.state.value,
                "sent_to": one.sent_to,
                "result": one.result,
                "review": one.suspect.review,
                "did_you_mean": list(one.suspect.meant),
                "reasons": [{"code": r.code, "summary": r.summary} for r in one.suspect.reasons],
            }
            for one in held.recipients
        ],
    }
    if steps:
        made["steps"] = [
            {
                "recipient": step.recipient,
                "at": moment(step.at),
                "what": step.what,
                "who": step.who,
                "way": step.way,
                "why": step.why,
            }
            for step in steps
        ]
    return made


def moment(at: int) -> str:
    """A moment in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
