"""Held messages as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.cli.text import printable
from missent.core.moment import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from missent.hold.held import Held, Step


def line(held: Held) -> str:
    """A message in one line."""
    to = ", ".join(f"{r.suspect.address} ({r.state})" for r in held.recipients)
    sender = held.envelope.mail_from
    return printable(f"{held.name}  {iso(held.at)}  {sender} -> {to}")


def record(held: Held, steps: Iterable[Step]) -> Iterator[str]:
    """All that is known of a message."""
    yield f"{held.name}: {held.octets:,} octets from {printable(held.envelope.mail_from)}"
    yield f"held since {iso(held.at)}, until {iso(held.expires)}"
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
        parts = [iso(step.at), f"{step.recipient or 'all'}", step.what, step.who, step.way]
        yield printable("  ".join((*parts, step.why)).rstrip())
