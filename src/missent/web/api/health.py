"""`/livez`, `/readyz` and `/metrics`: for those who watch."""

from __future__ import annotations

import time
from ipaddress import ip_address
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials
from starlette.responses import Response

from missent.web.api.desk import AtDesk
from missent.web.api.doors import BEARER, Doors
from missent.web.api.problems import answers
from missent.web.api.values import Value
from missent.web.tokens import Scope

router = APIRouter(tags=["health"])
_FRESH = 1.0  # seconds for which the store is believed to be there
_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


class Alive(Value):
    """It answers."""

    status: str


class Ready(Value):
    """It can decide."""

    status: str
    contacts: int
    """Pairs of sender and address that it knows."""


@router.get("/livez")
async def livez() -> Alive:
    """Tell that the process answers."""
    return Alive(status="alive")


@router.get("/readyz", responses=answers(503))
async def readyz(request: Request, desk: AtDesk) -> Ready:
    """Tell whether the store can be had and the memory is loaded."""
    now = time.monotonic()
    if now >= getattr(request.app.state, "ready_until", 0.0):  # strangers may ask, and often
        await desk.store.head()
        request.app.state.ready_until = now + _FRESH
    return Ready(status="ready", contacts=desk.memory.pairs)


async def _watches(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
) -> None:
    """Let in who is on this machine, or has a token."""
    host = request.client.host if request.client else ""
    if given is None and _loopback(host):
        return
    doors: Doors = request.app.state.doors
    await doors.admit(host, given.credentials if given else None, frozenset({Scope.METRICS}))


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"description": "Prometheus' text.", "content": {_PROMETHEUS: {}}},
        **answers(401, 403, 429, 503),
    },
    dependencies=[Depends(_watches)],
    openapi_extra={"security": [{}]},  # from this machine
)
async def metrics(desk: AtDesk) -> Response:
    """Tell what was counted; from this machine, or with scope `metrics`."""
    desk.metrics.contacts.set(desk.memory.pairs)
    desk.metrics.waiting.set(desk.memory.waiting)
    desk.metrics.held.set(await desk.hold.waiting())
    return Response(desk.metrics.text(), media_type=_PROMETHEUS)
