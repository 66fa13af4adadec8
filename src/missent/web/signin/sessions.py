"""Sessions: from sign-in to sign-out, or until nobody used them for a while."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from missent.core.errors import StoreError
from missent.web.access import NOBODY, Principal, Role
from missent.web.forgery import token
from missent.web.signin.cookies import Cookie
from missent.web.signin.secret import hashed, new_secret
from missent.web.sql.sessions import Found, SqlSessions

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from missent.memory.sql.store import SqlStore
    from missent.web.options import WebOptions

_NOTED = 60  # seconds of use that may go unrecorded, so that not every request writes


class Sessions:
    """The sessions of a store, for as long as the options say."""

    def __init__(self, store: SqlStore, options: WebOptions) -> None:
        self.sql = SqlSessions(store)
        self._options = options
        self.cookie = Cookie("session", options.secure)
        self.visitor = Cookie("visitor", options.secure)

    async def begin(self, request: HTTPConnection, response: Response, name: str, way: str) -> None:
        """Sign somebody in: always with a new identifier, whatever the browser sent."""
        at = int(time.time())
        if old := self.cookie.read(request):
            await self.sql.end(hashed(old))
        await self.sql.tidy(at - self._options.lifetime, at - self._options.idle)
        secret = new_secret()
        await self.sql.add(hashed(secret), name, way, at)
        self.cookie.write(response, secret)
        self.visitor.clear(response)

    async def end(self, request: HTTPConnection, response: Response) -> None:
        """Sign out this browser."""
        if secret := self.cookie.read(request):
            await self.sql.end(hashed(secret))
        self.cookie.clear(response)

    async def find(self, secret: str) -> Found | None:
        """The session of an identifier, while it lasts."""
        digest = hashed(secret)
        found = await self.sql.find(digest)
        if found is None:
            return None
        now = int(time.time())
        ends = min(found.created + self._options.lifetime, found.seen + self._options.idle)
        if now >= ends:
            await self.sql.end(digest)
            return None
        if now - found.seen >= min(_NOTED, self._options.idle // 4):
            await self.sql.touch(digest, now)
        return found


class SessionMiddleware:
    """Sets `request.state.principal` and `request.state.csrf` (see `forgery`) from the cookie.

    Args:
        app: what is asked next.
        sessions: None where nobody can sign in.
        without: beginnings of paths for which cookies count for nothing, such as those of the API.
    """

    def __init__(
        self, app: ASGIApp, sessions: Sessions | None, without: tuple[str, ...] = ()
    ) -> None:
        self._app = app
        self._sessions = sessions
        self._without = without

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "http":
            state = scope.setdefault("state", {})
            state |= {"principal": NOBODY, "csrf": "", "session": None, "store_error": ""}
            if self._sessions is not None and not scope["path"].startswith(self._without):
                await self._recognise(self._sessions, HTTPConnection(scope))
        await self._app(scope, receive, send)

    async def _recognise(self, sessions: Sessions, request: HTTPConnection) -> None:
        secret = sessions.cookie.read(request)
        found = None
        try:
            found = await sessions.find(secret) if secret else None
        except StoreError as error:
            request.state.store_error = str(error)
        if found is not None:
            request.state.session = found
            request.state.principal = Principal(found.account, Role(found.role), "user")
            request.state.csrf = token(secret)
        elif visitor := sessions.visitor.read(request):
            request.state.csrf = token(visitor)
