"""`/v1/exceptions`: who may be written to in spite of a finding."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.exceptions import HTTPException
from starlette.responses import Response

from missent.core.pattern import Pattern
from missent.core.permission import Permission
from missent.memory.interface import StoredException
from missent.web.api.desk import AtDesk, Desk
from missent.web.api.doors import needs
from missent.web.api.problems import ASKED, answers
from missent.web.api.values import LARGEST, Line, Matching, Moment, Value, moment, seconds
from missent.web.tokens import Scope, Token

router = APIRouter(tags=["exceptions"])
_Number = Annotated[int, Path(ge=1, le=LARGEST, description="Of the exception.")]
_Reader = Annotated[Token, needs(Scope.EXCEPTIONS_READ)]
_Writer = Annotated[Token, needs(Scope.EXCEPTIONS_WRITE)]


class Wanted(Value):
    """An exception to be made."""

    pattern: Matching
    """The recipients it is for: `gen@army.ml`, `army.ml` (that domain alone) or `*.ml`."""
    owner: Line
    """Who answers for it."""
    reason: Line
    """Why it is given."""
    expires: Moment | None = None
    """When it ends; without it, it holds for good."""
    sender: Matching | None = None
    """The senders it is for; without it, for all."""


class Excepted(Value):
    """An exception of the store; those of the configuration file are not listed."""

    number: int
    pattern: str
    owner: str
    reason: str
    expires: datetime | None
    sender: str | None
    created: datetime


class Exceptions(Value):
    """All exceptions, those that have expired as well, the oldest first."""

    exceptions: list[Excepted]


@router.get("/v1/exceptions", responses=ASKED)
async def list_exceptions(desk: AtDesk, _: _Reader) -> Exceptions:
    """List the exceptions that the store keeps; scope `exceptions:read`."""
    return Exceptions(exceptions=[_said(one) for one in await desk.store.exceptions()])


@router.get("/v1/exceptions/{number}", responses={**ASKED, **answers(404)})
async def show_exception(desk: AtDesk, _: _Reader, number: _Number) -> Excepted:
    """Show one exception; scope `exceptions:read`."""
    return _said(await _named(desk, number))


@router.post("/v1/exceptions", status_code=201, responses={**ASKED, **answers(400, 413)})
async def add_exception(
    desk: AtDesk, token: _Writer, wanted: Wanted, response: Response
) -> Excepted:
    """Make an exception; gates know of it within moments. Scope `exceptions:write`."""
    at = int(time.time())
    permission = Permission(
        Pattern.parse(wanted.pattern),
        wanted.owner,
        wanted.reason,
        seconds(wanted.expires) if wanted.expires else None,
        Pattern.parse(wanted.sender) if wanted.sender else None,
    )
    if permission.expires is not None and permission.expires <= at:
        raise HTTPException(422, "body.expires: that moment is over")
    await desk.trail.record(
        f"token {token.name}", "add exception", wanted.pattern, f"{wanted.owner}: {wanted.reason}"
    )
    number = await desk.store.allow(permission, at)
    response.headers["Location"] = f"/v1/exceptions/{number}"
    return _said(StoredException(number, permission, at))


@router.delete("/v1/exceptions/{number}", status_code=204, responses={**ASKED, **answers(404)})
async def end_exception(desk: AtDesk, token: _Writer, number: _Number) -> Response:
    """End an exception; scope `exceptions:write`."""
    found = await _named(desk, number)
    await desk.trail.record(
        f"token {token.name}", "end exception", str(number), found.permission.pattern.text
    )
    await desk.store.revoke(number)
    return Response(status_code=204)


async def _named(desk: Desk, number: int) -> StoredException:
    for one in await desk.store.exceptions():
        if one.number == number:
            return one
    raise HTTPException(404, f"there is no exception {number}; GET /v1/exceptions lists them")


def _said(one: StoredException) -> Excepted:
    its = one.permission
    return Excepted(
        number=one.number,
        pattern=its.pattern.text,
        owner=its.owner,
        reason=its.reason,
        expires=None if its.expires is None else moment(its.expires),
        sender=its.sender.text if its.sender else None,
        created=moment(one.created),
    )
