"""`/v1/held`: messages that wait, and what a reviewer does about them; never their content."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field, StringConstraints
from starlette.exceptions import HTTPException

from missent.hold.interface import Held, Pick, Step
from missent.hold.machine import Choice, State, Way
from missent.web.api.desk import AtDesk, Desk
from missent.web.api.doors import needs
from missent.web.api.problems import ASKED, answers
from missent.web.api.values import Mailbox, Value, moment
from missent.web.tokens import Scope, Token

router = APIRouter(tags=["held"])
_Name = Annotated[
    str, Path(pattern="^[0-9a-f]{16}$", description="Of the message: 16 hexadecimal digits.")
]
_Reader = Annotated[Token, needs(Scope.HELD_READ)]
_Writer = Annotated[Token, needs(Scope.HELD_WRITE)]
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
    """Messages that wait, the oldest first."""

    messages: list[HeldMessage]


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
    limit: Annotated[int, Query(ge=1, le=1000, description="How many at most.")] = 100,
) -> HeldMessages:
    """List the messages that wait, the oldest first; scope `held:read`."""
    found = await desk.hold.messages(every=every, limit=limit)
    return HeldMessages(messages=[HeldMessage.model_validate(_said(one)) for one in found])


@router.get("/v1/held/{name}", responses={**ASKED, **answers(404)})
async def show_held(desk: AtDesk, _: _Reader, name: _Name) -> HeldRecord:
    """Show a message's envelope, why it is held and what happened to it; scope `held:read`."""
    held = await _named(desk, name)
    steps = [_step(one) for one in await desk.hold.steps(name)]
    return HeldRecord.model_validate({**_said(held), "steps": steps})


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
    waiting = [one.number for one in held.recipients if one.state is State.HELD]
    if said.recipient is not None:
        if said.recipient > len(held.recipients):
            raise HTTPException(404, f"{name} has {len(held.recipients)} recipients")
        waiting = [number for number in waiting if number == said.recipient]
    who, at, done = f"token {token.name}", int(time.time()), []
    for number in waiting:
        what = {Choice.SEND: "release", Choice.INSTEAD: "redirect", Choice.DISCARD: "discard"}
        detail = f"{f'to {meant}; ' if meant else ''}{said.why}"
        await desk.trail.record(who, f"{what[choice]} held", f"{name}/{number}", detail)
        pick = Pick(name, number, choice, Way.REVIEWER, who, at, meant, said.why)
        found = await desk.choose(pick)
        state = found.value if isinstance(found, State) else "unchanged"
        done.append(Done.model_validate({"number": number, "state": state}))
    if all(one.state == "unchanged" for one in done):
        raise HTTPException(409, f"{name}: nothing of it waits any more")
    return AllDone(name=name, recipients=done)


async def _named(desk: Desk, name: str) -> Held:
    held = await desk.hold.message(name)
    if held is None:
        raise HTTPException(404, f"no message {name} is kept; GET /v1/held?all=true lists them")
    return held


def _said(held: Held) -> dict[str, object]:
    return {
        "name": held.name,
        "mail_from": held.envelope.mail_from,
        "message_id": held.envelope.message_id,
        "octets": held.octets,
        "held": moment(held.at),
        "expires": moment(held.expires),
        "recipients": [
            Waiting(
                number=one.number,
                rcpt_to=one.suspect.address,
                state=one.state.value,
                sent_to=one.sent_to,
                result=one.result,
                review=one.suspect.review,
                did_you_mean=list(one.suspect.meant),
                reasons=[Why(code=why.code, summary=why.summary) for why in one.suspect.reasons],
            )
            for one in held.recipients
        ],
    }


def _step(step: Step) -> Happened:
    return Happened(
        recipient=step.recipient,
        at=moment(step.at),
        what=step.what,
        who=step.who,
        way=step.way,
        why=step.why,
    )
