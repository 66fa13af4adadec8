"""`/v1/decisions`: what was asked about, why, and what people say of it."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import StrictBool, StringConstraints
from starlette.exceptions import HTTPException
from starlette.responses import Response

from missent.core.pattern import Pattern
from missent.memory.decided import Decision, Judgement, Sought
from missent.web.api.desk import AtDesk
from missent.web.api.doors import needs
from missent.web.api.problems import ASKED, answers
from missent.web.api.screen import Found
from missent.web.api.values import LARGEST, Limit, Matching, Moment, Value, moment, seconds
from missent.web.tokens import Scope, Token

router = APIRouter(tags=["decisions"])
_Number = Annotated[int, Path(ge=1, le=LARGEST, description="Of the decision.")]
_Reader = Annotated[Token, needs(Scope.DECISIONS_READ)]
_Judge = Annotated[Token, needs(Scope.DECISIONS_WRITE)]
_NOTHING = "there is no decision {}; it may have been forgotten"


class Judged(Value):
    """What somebody said of a decision."""

    right: bool
    """Whether it was rightly made."""
    by: str
    """Who said so: a person, or a token as `token NAME`."""
    at: datetime
    """When."""


class Decided(Value):
    """A decision about one recipient."""

    number: int
    at: datetime
    sender: str
    """The reverse-path, empty for the null sender."""
    recipient: str
    action: str
    """What the policy asked for: warn, hold or block."""
    codes: list[str]
    """Of the checks that found something."""
    probability: float
    """The strongest finding's."""
    did_you_mean: list[str]
    disposition: str
    """What the gate did."""
    message_id: str
    enforced: bool
    """False in monitor mode, where the action was recorded only."""
    findings: list[Found]
    """Why, with the evidence; empty where it was recorded by an older version."""
    judgement: Judged | None


class Decisions(Value):
    """Some decisions, the newest first."""

    decisions: list[Decided]
    next: int | None
    """Ask again with `before` set to this for older ones; null at the end. A page may be short, or
    empty, before the end: so many are looked at for one page."""


class Judging(Value):
    """What is said of a decision."""

    right: StrictBool
    """Whether it was rightly made."""


@router.get("/v1/decisions", responses=ASKED)
async def list_decisions(
    *,
    desk: AtDesk,
    _: _Reader,
    since: Annotated[Moment | None, Query(description="From this moment on.")] = None,
    until: Annotated[Moment | None, Query(description="Before this moment.")] = None,
    sender: Annotated[Matching | None, Query(description="Of an address or a domain.")] = None,
    recipient: Annotated[Matching | None, Query(description="About these recipients.")] = None,
    text: Annotated[
        str | None,
        StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"),
        Query(description="This stands in the sender or the recipient."),
    ] = None,
    code: Annotated[
        str | None, Query(pattern="^[A-Z][0-9]{3}$", description="With a finding of this check.")
    ] = None,
    action: Annotated[
        Literal["warn", "hold", "block"] | None, Query(description="That asked for this.")
    ] = None,
    judgement: Annotated[
        Literal["right", "wrong", "none"] | None, Query(description="That were judged so.")
    ] = None,
    before: Annotated[
        int | None, Query(ge=1, le=LARGEST, description="`next` of the page before.")
    ] = None,
    limit: Limit = 50,
) -> Decisions:
    """List decisions other than `allow`, the newest first; scope `decisions:read`."""
    sought = Sought(
        seconds(since) if since else 0,
        seconds(until) if until else None,
        Pattern.parse(sender) if sender else None,
        Pattern.parse(recipient) if recipient else None,
        code or "",
        action or "",
        text or "",
        judgement or "",
    )
    page = await desk.store.latest(before=before, limit=limit, sought=sought)
    return Decisions(decisions=[_said(*row) for row in page.rows], next=page.next)


@router.get("/v1/decisions/{number}", responses={**ASKED, **answers(404)})
async def show_decision(desk: AtDesk, _: _Reader, number: _Number) -> Decided:
    """Show one decision; scope `decisions:read`."""
    found = await desk.store.decision(number)
    if found is None:
        raise HTTPException(404, _NOTHING.format(number))
    return _said(number, found)


@router.put("/v1/decisions/{number}/judgement", responses={**ASKED, **answers(400, 404, 413)})
async def judge_decision(desk: AtDesk, token: _Judge, number: _Number, said: Judging) -> Judged:
    """Say that a decision was right or wrong, in place of what was said before.

    Scope `decisions:write`.
    """
    at, by = int(time.time()), f"token {token.name}"
    if await desk.store.decision(number) is None:
        raise HTTPException(404, _NOTHING.format(number))
    await desk.trail.record(by, "judge decision", str(number), "right" if said.right else "wrong")
    await desk.store.judge(number, Judgement(said.right, by, at))
    return Judged(right=said.right, by=by, at=moment(at))


@router.delete(
    "/v1/decisions/{number}/judgement", status_code=204, responses={**ASKED, **answers(404)}
)
async def unjudge_decision(desk: AtDesk, token: _Judge, number: _Number) -> Response:
    """Take back what was said of a decision; scope `decisions:write`."""
    if await desk.store.decision(number) is None:
        raise HTTPException(404, _NOTHING.format(number))
    await desk.trail.record(f"token {token.name}", "judge decision", str(number), "taken back")
    await desk.store.judge(number, None)
    return Response(status_code=204)


def _said(number: int, made: Decision) -> Decided:
    judged = made.judgement
    return Decided(
        number=number,
        at=moment(made.at),
        sender=made.sender,
        recipient=made.recipient,
        action=made.action,
        codes=list(made.codes),
        probability=made.probability,
        did_you_mean=list(made.did_you_mean),
        disposition=made.disposition,
        message_id=made.message_id,
        enforced=made.enforced,
        findings=[Found.model_validate(dict(one)) for one in made.findings],
        judgement=Judged(right=judged.right, by=judged.by, at=moment(judged.at))
        if judged
        else None,
    )
