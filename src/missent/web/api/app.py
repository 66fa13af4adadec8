"""The application of the API: its resources, its errors, its description."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Match

from missent._version import __version__
from missent.web.api import contacts, decisions, exceptions, health, held, problems, screen
from missent.web.api.doors import Doors

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from missent.web.api.desk import ApiOptions, Desk
    from missent.web.api.metrics import Metrics

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})  # strangers make more up
_ROUTERS = (screen, held, decisions, exceptions, contacts, health)
_ABOUT = """Asks missent whether mail would go wrong, and does what its console does.

A request bears a token (`Authorization: Bearer ...`) that `missent token add` made. Errors are
`application/problem+json`, RFC 9457. Moments are UTC."""
_PLACES = ("/v1", "/livez", "/readyz", "/metrics", "/openapi.json")


def application(desk: Desk, options: ApiOptions) -> FastAPI:
    """Make it."""
    app = describe()
    app.state.desk = desk
    app.state.doors = Doors(desk.tokens, options, desk.metrics)
    app.add_middleware(_Counted, metrics=desk.metrics)
    if options.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=options.origins,
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Retry-After"],
        )
    return app


def describe() -> FastAPI:
    """The same without anything to work with: what can be asked, and how."""
    app = _Described(
        title="missent",
        version=__version__,
        description=_ABOUT,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,  # its pages would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        generate_unique_id_function=lambda route: route.name,
    )
    methods: defaultdict[str, set[str]] = defaultdict(set, {"/openapi.json": {"GET"}})
    for one in _ROUTERS:
        strict = [] if one is health else [Depends(_named)]
        app.include_router(one.router, dependencies=strict)
        for route in one.router.routes:
            if isinstance(route, APIRoute):
                methods[route.path] |= route.methods or set()
    problems.handle(app, methods)
    return app


async def _named(request: Request) -> None:
    """Refuse a parameter that is not known: a filter that is mistyped would let all pass."""
    route = request.scope.get("route")
    known = {one.alias for one in route.dependant.query_params} if route else set()
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        mend = f"known here: {', '.join(sorted(known)) or 'none'}"
        raise RequestValidationError(
            [{"loc": ("query", name), "msg": f"no such parameter; {mend}"} for name in unknown]
        )


class _Described(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The description, with those schemas that no signature names."""
        if self.openapi_schema is None:
            made = super().openapi()
            schemas = made["components"]["schemas"]
            for model in (problems.Problem, screen.Question):
                said = model.model_json_schema(ref_template="#/components/schemas/{model}")
                schemas |= said.pop("$defs", {})
                schemas[model.__name__] = said
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
        return self.openapi_schema or {}


class _Counted:
    """Counts requests by the route that they took."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin, status = time.perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.requests.labels(method, route, str(status)).inc()
            self._metrics.seconds.labels(route).observe(time.perf_counter() - begin)


class Below(BaseRoute):
    """Gives all that lies at the API's places to it, its errors too.

    Args:
        app: see `application`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether it is for us."""
        path = scope["path"] if scope["type"] == "http" else ""
        ours = path.startswith(tuple(f"{place}/" for place in _PLACES)) or path in _PLACES
        return (Match.FULL if ours else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the API answer."""
        await self.app(scope, receive, send)
