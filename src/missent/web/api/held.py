"""`/v1/held`: messages that wait, and what a reviewer does about them; never their content."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field, StringConstraints, TypeAdapter
from starlette.exceptions import HTTPException

from missent.hold import plain
from missent.hold.held import Held, Pick
from missent.hold.machine import Choice, State, Way
from missent.web.api import cursor
from missent.web.api.desk import AtDesk, Desk
from missent.web.api.doors import needs
from missent.web.api.problems import ASKED, answers
from missent.web.api.values import LARGEST, Limit, Mailbox, Value
from missent.web.reviewing import decide
from missent.web.tokens import Scope, Token

router = APIRouter(tags=["held"])
_Name = Annotated[
    str, Path(pattern="^[0-9a-f]{16}$", description="Of the message: 16 hexadecimal digits.")
]
_Reader = Annotated[Token, needs(Scope.HELD_READ)]
_Writer = Annotated[Token, needs(Scope.HELD_WRITE)]
_PLACE = TypeAdapter(tuple[Annotated[int, Field(strict=True, ge=0, le=LARGEST)], cursor.Text])
_CHOSEN = {**ASKED, **answers(400, 404, 409, 413)}


class Why(Value):
    """Why a recipient is held."""

    code: str
    summary: str


class Waiting(Value):
    """A recipient of a held message."""

    number: int
    """From 1, within the message."""
    rcpt_to: str
    state: Literal["held", "released", "redirected", "discarded", "expired"]
    sent_to: str
    """Where the message goes or went, once it was released or redirected."""
    result: str
    """`delivered` or `failed`, once that is known."""
    review: bool
    """A reviewer must let it go."""
    did_you_mean: list[str]
    reasons: list[Why]


class HeldMessage(Value):
    """A held message, without its subject and content."""

    name: str
    mail_from: str
    message_id: str
    octets: int
    held: datetime
    expires: datetime
    """When it is given up; never sent by itself."""
    recipients: list[Waiting]


class HeldMessages(Value):
    """Some messages that wait, the oldest first."""

    messages: list[HeldMessage]
    next: str | None
    """Ask again with `after` set to this; null at the end."""


class Happened(Value):
    """One line of a message's record."""

    recipient: int
    """Its number; 0 for all."""
    at: datetime
    what: str
    who: str
    way: str
    why: str


class HeldRecord(HeldMessage):
    """A held message with all that happened to it."""

    steps: list[Happened]


class Decide(Value):
    """A choice."""

    recipient: Annotated[int, Field(strict=True, ge=1, le=100_000)] | None = None
    """One recipient by its number; without it, all that wait."""
    why: Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    """The reason, for the record."""


class Redirect(Decide):
    """A choice of another address."""

    address: Mailbox
    """Where the message goes instead."""


class Done(Value):
    """What became of one recipient."""

    number: int
    state: Literal["released", "redirected", "discarded", "unchanged"]
    """`unchanged` where it was decided about or expired meanwhile."""


class AllDone(Value):
    """What became of a message."""

    name: str
    recipients: list[Done]


@router.get("/v1/held", responses=ASKED)
async def list_held(
    *,
    desk: AtDesk,
    _: _Reader,
    every: Annotated[
        bool, Query(alias="all", description="Also those that were decided about.")
    ] = False,
    after: cursor.After = None,
    limit: Limit = 100,
) -> HeldMessages:
    """List the messages that wait, the oldest first; scope `held:read`."""
    place = cursor.read(after, _PLACE) if after else None
    found = await desk.hold.messages(every=every, after=place, limit=limit)
    following = cursor.write(found[-1].place) if len(found) == limit else None
    messages = [HeldMessage.model_validate(plain.of(one)) for one in found]
    return HeldMessages(messages=messages, next=following)


@router.get("/v1/held/{name}", responses={**ASKED, **answers(404)})
async def show_held(desk: AtDesk, _: _Reader, name: _Name) -> HeldRecord:
    """Show a message's envelope, why it is held and what happened to it; scope `held:read`."""
    held = await _named(desk, name)
    return HeldRecord.model_validate(plain.of(held, await desk.hold.steps(name)))


@router.post("/v1/held/{name}/release", responses=_CHOSEN)
async def release_held(desk: AtDesk, token: _Writer, name: _Name, said: Decide) -> AllDone:
    """Send a message to its recipients as they were written; scope `held:write`."""
    return await _choose(desk, token, name, said, Choice.SEND)


@router.post("/v1/held/{name}/redirect", responses=_CHOSEN)
async def redirect_held(desk: AtDesk, token: _Writer, name: _Name, said: Redirect) -> AllDone:
    """Send a message to another address instead; the slip is remembered. Scope `held:write`."""
    return await _choose(desk, token, name, said, Choice.INSTEAD)


@router.post("/v1/held/{name}/discard", responses=_CHOSEN)
async def discard_held(desk: AtDesk, token: _Writer, name: _Name, said: Decide) -> AllDone:
    """Throw a message away for its recipients; scope `held:write`."""
    return await _choose(desk, token, name, said, Choice.DISCARD)


async def _choose(desk: Desk, token: Token, name: str, said: Decide, choice: Choice) -> AllDone:
    meant = said.address if isinstance(said, Redirect) else ""
    held = await _named(desk, name)
    waiting = [one for one in held.recipients if one.state is State.HELD]
    if said.recipient is not None:
        if said.recipient > len(held.recipients):
            raise HTTPException(404, f"{name} has {len(held.recipients)} recipients")
        waiting = [one for one in waiting if one.number == said.recipient]
    who, at, done = f"token {token.name}", int(time.time()), []
    for one in waiting:
        pick = Pick(name, one.number, choice, Way.REVIEWER, who, at, meant, said.why)
        found = await decide(desk.trail, who, pick, one, desk.choose)
        state = found.value if isinstance(found, State) else "unchanged"
        done.append(Done.model_validate({"number": one.number, "state": state}))
    if all(one.state == "unchanged" for one in done):
        raise HTTPException(409, f"{name}: nothing of it waits any more")
    return AllDone(name=name, recipients=done)


async def _named(desk: Desk, name: str) -> Held:
    held = await desk.hold.message(name)
    if held is None:
        raise HTTPException(404, f"no message {name} is kept; GET /v1/held?all=true lists them")
    return held
