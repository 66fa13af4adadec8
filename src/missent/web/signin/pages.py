"""The pages to sign in and out; they work without scripts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.routing import Route

from missent.web.access import Role, needs, public
from missent.web.forgery import forged, token
from missent.web.render import page, said
from missent.web.returning import safe
from missent.web.signin.desk import LINK, Desk, Wait, Wrong
from missent.web.signin.secret import hashed, new_secret

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_LONGEST = 64  # characters of a name
_GONE = ("This link was used, or is too old", "Ask for a new one: missent user link NAME.")


def routes(desk: Desk, provider: str = "") -> list[Route]:
    """The pages of a desk.

    Args:
        desk: signs people in.
        provider: the label of the button for signing in at a provider; "" for no button.
    """
    pages = _Pages(desk, provider)
    both = ["GET", "POST"]
    return [
        Route("/signin", pages.sign_in, methods=both),
        Route("/signin/code", pages.code, methods=both),
        Route("/signin/link/{secret}", pages.link, methods=both),
        Route("/signout", pages.sign_out, methods=["POST"]),
        Route("/signout/everywhere", pages.sign_out_everywhere, methods=["POST"]),
    ]


class _Pages:
    def __init__(self, desk: Desk, provider: str) -> None:
        self._desk = desk
        self._provider = provider

    @public
    async def sign_in(self, request: Request) -> Response:
        """Ask for name and password."""
        if request.method == "POST":
            return await self._signed_in(request)
        place = safe(request.query_params.get("next", "/"))
        if request.state.principal.role is not None:
            return RedirectResponse(place, 303)
        return self._form(request, place)

    async def _signed_in(self, request: Request) -> Response:
        form = await request.form()
        place = safe(str(form.get("next", "/")))
        if reason := await forged(request):
            return self._form(request, place, reason, 403)
        name = str(form.get("name", "")).strip().lower()[:_LONGEST]
        found = await self._desk.password(request, name, str(form.get("password", "")))
        if isinstance(found, Wait):
            return _waiting(self._form(request, place, _wait(found), 429), found)
        if isinstance(found, Wrong):
            return self._form(request, place, found.value, 401)
        if not found.totp:
            return await self._entered(request, found.name, "password", place)
        answer = RedirectResponse("/signin/code", 303)
        await self._desk.wait_for_code(answer, found.name, place)
        return answer

    @public
    async def code(self, request: Request) -> Response:
        """Ask for a one-time code, after the password."""
        if request.method != "POST":
            return self._code_form(request)
        if reason := await forged(request):
            return self._code_form(request, reason, 403)
        form = await request.form()
        found = await self._desk.code(request, str(form.get("code", "")))
        if isinstance(found, Wait):
            return _waiting(self._code_form(request, _wait(found), 429), found)
        if found is Wrong.OVER:
            return self._form(request, "/", found.value, 401)
        if isinstance(found, Wrong):
            return self._code_form(request, found.value, 401)
        account, place = found
        return await self._entered(request, account.name, "password and code", place)

    @public
    async def link(self, request: Request) -> Response:
        """Sign in by a link that the machine's administrator was given."""
        secret = hashed(request.path_params["secret"])
        at, pending = int(time.time()), self._desk.pending
        step = await pending.look(secret, LINK, at)
        if step is None or await self._desk.accounts.find(step.account) is None:
            return said(request, 410, *_GONE)
        if request.method != "POST":
            return self._visited(request, "signin_link.html", 200, name=step.account)
        if reason := await forged(request):
            return said(request, 403, "Nothing was done", reason)
        if await pending.take(secret, LINK, at) is None:
            return said(request, 410, *_GONE)
        return await self._entered(request, step.account, "link", "/")

    @needs(Role.VIEWER)
    async def sign_out(self, request: Request) -> Response:
        """End this session."""
        await self._desk.trail.record(request.state.principal.name, "sign out")
        answer = RedirectResponse("/signin", 303)
        await self._desk.sessions.end(request, answer)
        return answer

    @needs(Role.VIEWER)
    async def sign_out_everywhere(self, request: Request) -> Response:
        """End every session of the account."""
        name = request.state.principal.name
        await self._desk.trail.record(name, "sign out everywhere")
        answer = RedirectResponse("/signin", 303)
        await self._desk.sessions.sql.end_all(name)
        self._desk.sessions.cookie.clear(answer)
        return answer

    async def _entered(self, request: Request, name: str, way: str, place: str) -> Response:
        answer = RedirectResponse(place, 303)
        await self._desk.enter(request, answer, name, way)
        return answer

    def _form(self, request: Request, place: str, fault: str = "", status: int = 200) -> Response:
        values = {"next": place, "fault": fault, "provider": self._provider}
        return self._visited(request, "signin.html", status, **values)

    def _code_form(self, request: Request, fault: str = "", status: int = 200) -> Response:
        return self._visited(request, "signin_code.html", status, fault=fault)

    def _visited(self, request: Request, template: str, status: int, **values: object) -> Response:
        """A page with a form for who has no session yet: its token belongs to a cookie too."""
        if request.state.csrf:
            return page(request, template, status, **values)
        secret = new_secret()
        answer = page(request, template, status, **values, csrf=token(secret))
        self._desk.sessions.visitor.write(answer, secret)
        return answer


def _wait(wait: Wait) -> str:
    return f"There were too many wrong guesses. Wait {wait.seconds} seconds, then try again."


def _waiting(answer: Response, wait: Wait) -> Response:
    answer.headers["Retry-After"] = str(wait.seconds)
    return answer
