"""Errors in one shape, that of RFC 9457, whatever went wrong."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from missent.core.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from fastapi import FastAPI
    from starlette.requests import Request

_log = structlog.get_logger("missent.api")
_TYPE = "application/problem+json"
_SHOWN = 20  # faults of one request
_SOON = "5"  # seconds after which the store may be there again


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    where: str = Field(description="`body`, `query`, `path`, and the way to the value within it.")
    detail: str = Field(description="What is wrong there.")


class Problem(BaseModel):
    """An error, RFC 9457."""

    type: str = Field(default="about:blank", description="It says no more than `status`.")
    title: str = Field(description="The name of the status.")
    status: int = Field(description="That of the answer.")
    detail: str = Field(description="What went wrong, and the mend where there is one.")
    errors: list[Fault] = Field(default=[], description="Each value that is wrong.")


_MEANINGS = {
    400: "The body cannot be read.",
    401: "No token was shown, or one that does not hold.",
    403: "The token does not allow this.",
    404: "There is nothing of that name.",
    409: "Nothing was changed: it was decided before.",
    413: "The body is too long.",
    415: "The body is of a type that is not taken.",
    422: "A value is wrong.",
    429: "Too many requests; `Retry-After` says when there may be another.",
    503: "The store cannot be had just now.",
}
_WAIT = {"schema": {"type": "integer"}, "description": "Seconds to wait."}
_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "`Bearer`"}},
    429: {"Retry-After": _WAIT},
    503: {"Retry-After": _WAIT},
}


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that can go wrong like this."""
    return {
        status: {
            "description": _MEANINGS[status],
            "content": {_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            **({"headers": _HEADERS[status]} if status in _HEADERS else {}),
        }
        for status in statuses
    }


ASKED = answers(401, 403, 422, 429, 503)
"""What any request with a token and values may come to."""


def problem(
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Fault] = (),
) -> Response:
    """An answer of that shape."""
    said = Problem(
        title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors)
    )
    body = said.model_dump_json(exclude_defaults=False, exclude=None if errors else {"errors"})
    return Response(body, status, dict(headers or {}), _TYPE)


def handle(app: FastAPI, methods: Mapping[str, Collection[str]]) -> None:
    """Answer whatever an app raises in this shape.

    Args:
        app: whose errors they are.
        methods: what can be done at each path.
    """
    app.state.methods = methods
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StoreError, _no_store)
    app.add_exception_handler(Exception, _failed)


async def _http(request: Request, error: Exception) -> Response:
    status, detail = getattr(error, "status_code", 500), getattr(error, "detail", "")
    headers = dict(getattr(error, "headers", None) or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        # The router tells those of one route alone.
        path = getattr(request.scope.get("route"), "path", "")
        allowed = sorted(request.app.state.methods.get(path, ()))
        headers["Allow"] = ", ".join(allowed)
        detail = f"{request.method} cannot be done here; {' and '.join(allowed)} can"
    elif detail == HTTPStatus.NOT_FOUND.phrase:
        detail = f"there is nothing at {request.url.path}; /openapi.json lists what there is"
    return problem(status, detail, headers)


async def _invalid(_: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return invalid([(tuple(one["loc"]), str(one["msg"])) for one in found])


def invalid(faults: Sequence[tuple[tuple[Any, ...], str]]) -> Response:
    """The answer to values that are wrong, each with the way to it."""
    errors = [
        Fault(where=".".join(str(part) for part in place)[:200], detail=detail[:500])
        for place, detail in faults[:_SHOWN]
    ]
    detail = f"{errors[0].where}: {errors[0].detail}" if errors else "a value is wrong"
    return problem(422, detail, errors=errors)


async def _no_store(_: Request, error: Exception) -> Response:
    _log.warning("no answer", reason=str(error))
    return problem(503, "the store cannot be had; nothing was done", {"Retry-After": _SOON})


async def _failed(request: Request, error: Exception) -> Response:
    _log.error("request failed", path=request.url.path, exc_info=error)
    return problem(500, "this is our fault; the log says why")
