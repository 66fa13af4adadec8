"""Around everything that is served: what every answer bears, and how long a request may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_BY_TLS = {"Strict-Transport-Security": "max-age=31536000"}
_TELLS = "/v1/"  # where it is told in the shape of the API
_LARGEST = 1 << 20  # octets of a request; a form has a few thousand


class Shield:
    """Adds the headers that an answer does not set itself, and refuses what is too long.

    Args:
        app: what is served.
        secure: whether browsers come by TLS.
        sizes: octets that a request may have where its path begins like this.
    """

    def __init__(
        self, app: ASGIApp, *, secure: bool = False, sizes: Mapping[str, int] | None = None
    ) -> None:
        self._app = app
        self._headers = HEADERS | _BY_TLS if secure else HEADERS
        self._sizes = sizes or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        most, announced = self._most(scope["path"]), _length(scope)
        if announced > most and not scope["path"].startswith(_TELLS):
            await PlainTextResponse("too long\n", 413)(scope, receive, answer)
            return
        await self._app(scope, _bounded(receive, most, announced), answer)

    def _most(self, path: str) -> int:
        return next((n for start, n in self._sizes.items() if path.startswith(start)), _LARGEST)


def _length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value)  # the server refuses what is no number
    return 0


def _bounded(receive: Receive, most: int, announced: int) -> Receive:
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        if max(taken, announced) > most:
            raise HTTPException(413, f"a request has {most} octets here at most")
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise HTTPException(413, f"a request has {most} octets here at most")
        return message

    return bounded
