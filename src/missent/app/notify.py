"""Tells whoever watches what became of lookalikes: by a webhook, and by mail."""

from __future__ import annotations

import json
import time
import urllib.request
from typing import TYPE_CHECKING

from missent.app.values import read_secret
from missent.core.address import Domain
from missent.exposure import tell
from missent.hold.jobs import Kind, Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.exposure.lookalike import Lookalike
    from missent.hold.room import Room
    from missent.settings.exposure import ExposureSection

_PATIENCE = 15.0  # seconds that a webhook gets
_LISTED = 100  # lines of a mail


def post(
    own: ExposureSection,
    changes: Sequence[tuple[Lookalike, str]],
    handovers: Sequence[tuple[str, str]],
) -> None:
    """Post all of it to the webhook.

    Raises:
        OSError: it does not answer, or answers that it failed.
    """
    body = {
        "event": "lookalikes",
        "changes": [{**tell.row(one), "was": was} for one, was in changes],
        "registrations": [{"name": name, "news": told} for name, told in handovers],
    }
    headers = {"Content-Type": "application/json", "User-Agent": "missent"}
    if own.webhook_token_file is not None:
        headers["Authorization"] = f"Bearer {read_secret(own.webhook_token_file)}"
    request = urllib.request.Request(  # noqa: S310  the settings take http and https alone
        own.webhook, json.dumps(body).encode(), headers, method="POST"
    )
    with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310  likewise
        answer.read(1)


async def mail(
    room: Room,
    to: Sequence[str],
    changes: Sequence[tuple[Lookalike, str]],
    handovers: Sequence[tuple[str, str]],
) -> None:
    """Lay a notice to each address into the store; it is sent as all notices are.

    Raises:
        StoreError: it could not be kept.
    """
    body = {"subject": _subject(changes, handovers), "text": text(changes, handovers)}
    for address in to:
        await room.warn(Task(Kind.TELL, address, int(time.time()), body=body))


def text(changes: Sequence[tuple[Lookalike, str]], handovers: Sequence[tuple[str, str]]) -> str:
    """The mail."""
    taking = [(one, was) for one, was in changes if one.state.takes_mail]
    quiet = [(one, was) for one, was in changes if not one.state.takes_mail]
    parts = (
        ("These names are typed for yours, and take mail now:", list(map(_line, taking))),
        ("These changed and take no mail now:", list(map(_line, quiet))),
        (
            "What the registries say of those that take mail:",
            [f"{Domain(name).unicode} {told}" for name, told in handovers],
        ),
    )
    said = [f"{head}\n\n{_listed(lines)}\n" for head, lines in parts if lines]
    return "\n".join(said) + "\nSee `missent exposure` for all of them and for what to do.\n"


def _listed(lines: Sequence[str]) -> str:
    more = [f"and {len(lines) - _LISTED} more"] if len(lines) > _LISTED else []
    return "\n".join(f"  {line}" for line in [*lines[:_LISTED], *more])


def _line(change: tuple[Lookalike, str]) -> str:
    one, was = change
    return f"{tell.change(one, was)}, for {Domain(one.meant).unicode}"


def _subject(changes: Sequence[tuple[Lookalike, str]], handovers: Sequence[tuple[str, str]]) -> str:
    names = [one.name for one, _ in changes if one.state.takes_mail]
    names += [name for name, _ in handovers] + [one.name for one, _ in changes]
    first, *others = dict.fromkeys(names)
    more = f" and {len(others)} more" if others else ""
    return f"Lookalikes changed: {Domain(first).unicode}{more}"
