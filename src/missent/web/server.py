"""Serves the console, the API and senders' pages beside the gates, on the same event loop."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from missent.core.errors import StoreError
from missent.web.access import public
from missent.web.options import WebOptions
from missent.web.render import said
from missent.web.shield import Shield
from missent.web.signin.sessions import SessionMiddleware

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from missent.web.signin.sessions import Sessions

_log = structlog.get_logger("missent.web")
_HERE = Path(__file__).parent
_CONNECTIONS = 200
_GRACE = 3  # seconds for answers under way when we stop
_WITHOUT_COOKIES = ("/v1/", "/c/", "/assets/", "/style.css", "/livez", "/readyz", "/metrics")
_FILES = {
    "/style.css": "text/css",
    "/assets/htmx.min.js": "text/javascript",
    "/assets/icon.svg": "image/svg+xml",
}
_LARGE = {"/v1/screen": 64 << 20}  # octets: whole messages


def application(
    routes: Sequence[BaseRoute],
    options: WebOptions | None = None,
    sessions: Sessions | None = None,
) -> Starlette:
    """One application of all that is served.

    Args:
        routes: of the rooms; each endpoint is `public`, says what role it `needs`, or asks for a
            token itself.
        options: how it is reached.
        sessions: None where nobody can sign in.
    """
    own = [
        *(Route(path, _file(path, kind), methods=["GET"]) for path, kind in _FILES.items()),
        Route("/robots.txt", _robots, methods=["GET"]),
    ]
    app = Starlette(
        routes=[*routes, *own],
        middleware=[Middleware(SessionMiddleware, sessions=sessions, without=_WITHOUT_COOKIES)],
        exception_handlers={
            404: _nothing,
            405: _nothing,
            413: _nothing,
            StoreError: _no_store,
            Exception: _failed,
        },
    )
    app.state.options = options or WebOptions()
    return app


def _file(path: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    @public
    async def file(_: Request) -> Response:
        headers = {"Cache-Control": "max-age=3600"}
        return FileResponse(_HERE / path[1:], headers=headers, media_type=kind)

    return file


@public
async def _robots(_: Request) -> Response:
    return PlainTextResponse("User-agent: *\nDisallow: /\n")


_FAULTS = {
    405: ("That cannot be done here", "Go back, and use the buttons of the page."),
    413: ("That is too long", "Nothing was done."),
}


async def _nothing(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    default = ("There is no such page", "The link may have been cut off. Open it anew.")
    answer = said(request, status, *_FAULTS.get(status, default))
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer


async def _no_store(request: Request, error: Exception) -> Response:
    _log.warning("no page", reason=str(error))
    return said(request, 503, "Not just now", "The store cannot be had. Try again in a minute.")


async def _failed(request: Request, error: Exception) -> Response:
    _log.error("page failed", path=request.url.path, exc_info=error)
    return said(request, 500, "That went wrong", "The log says why; it is our fault.")


class _Server(uvicorn.Server):
    """uvicorn's, without its own handling of signals: the workers have theirs."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(app: Starlette, sockets: Sequence[socket.socket]) -> AsyncIterator[None]:
    """Serve until the end of the `with`.

    Args:
        app: see `application`.
        sockets: listening already, perhaps shared with other processes.
    """
    options: WebOptions = app.state.options
    config = uvicorn.Config(
        Shield(app, secure=options.secure, sizes=_LARGE),
        access_log=False,  # its lines would hold the tokens
        log_config=None,
        lifespan="off",
        ws="none",
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=16 << 10,
        server_header=False,
        date_header=True,
        proxy_headers=bool(options.proxies),
        forwarded_allow_ips=list(options.proxies),
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(list(sockets)))
    try:
        yield
    finally:
        server.should_exit = True
        await task
