"""The notices that ask nothing: sent all the same, given up, not understood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from missent.hold.notices import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from missent.core.finding import Json
    from missent.hold.held import Held, HeldRecipient, Suspect


def body(about: Sequence[Suspect], author: str, *, held: bool, message_id: str) -> dict[str, Json]:
    """What the store keeps of a warning until it is written."""
    return {
        "about": [
            {
                "address": one.address,
                "meant": list(one.meant),
                "reasons": [f"{reason.summary} [{reason.code}]" for reason in one.reasons[:3]],
            }
            for one in about[: words.LISTED]
        ],
        "more": max(len(about) - words.LISTED, 0),
        "held": held,
        "author": author,
        "message_id": message_id,
    }


def warning(said: Mapping[str, Any]) -> str:
    """Tell of recipients that look wrong; the message went out, or waits in the MTA's queue."""
    about = said["about"]
    many = len(about) > 1
    lines = [
        f"{'These addresses' if many else 'This address'} of your message may be wrong:",
        "",
    ]
    for one in about:
        lines.append(f"  {one['address']}")
        if one["meant"]:
            lines.append(f"    Did you mean {' or '.join(one['meant'][: words.SUGGESTIONS])}?")
        lines += [f"    {reason}" for reason in one["reasons"]]
    if said["more"]:
        lines.append(f"  and {said['more']} more")
    lines.append("")
    if said["held"]:
        lines += [
            "The message was not sent yet, to none of its recipients: it waits at your mail",
            f"server. If all is right, ask {said['author']} to release it.",
        ]
    else:
        lines += [
            "The message was sent. If the address is right, there is nothing to do; if it is",
            "wrong, you may want to tell its receiver, and to send the message again.",
        ]
    return "\n".join(lines) + "\n"


def expired(held: Held, one: HeldRecipient, subject: str) -> str:
    """Tell that a message was given up."""
    named = f' "{subject}"' if subject else ""
    return (
        f"Your message{named} of {words.moment(held.at)} was never sent to this address:\n\n"
        f"  {words.shown(one.suspect.address)}\n\n"
        "You were asked whether the address is right, and there was no answer in time. The\n"
        "message was given up for this address and is no longer kept. To send it, write again.\n"
    )


def unclear(held: Held, reason: str) -> str:
    """Tell that a reply changed nothing."""
    listed = "".join(f"  {words.shown(one.suspect.address)}\n" for one in held.recipients)
    return (
        f"Your answer about the message of {words.moment(held.at)} to\n\n{listed}\n"
        f"changed nothing: {reason}\n"
    )
