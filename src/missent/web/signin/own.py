"""The page of one's own account: a new password, and signing out everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.routing import Route

from missent.web.access import Role, needs
from missent.web.render import page, said
from missent.web.signin import passwords
from missent.web.signin.desk import Desk, Wait, Wrong

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from missent.web.sql.sessions import Found


def routes(desk: Desk) -> list[Route]:
    """The pages of a desk."""
    own = _Own(desk)
    return [
        Route("/account", own.show),
        Route("/account/password", own.change, methods=["POST"]),
    ]


class _Own:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @needs(Role.VIEWER)
    async def show(self, request: Request) -> Response:
        """Who is signed in, and what they may change."""
        return self._page(request)

    @needs(Role.VIEWER)
    async def change(self, request: Request) -> Response:
        """Take a new password from who knows the old one; every session ends, and one begins."""
        form = await request.form()
        name = request.state.principal.name
        if request.state.session.source:
            return said(request, 409, "Nothing was done", "Your password is kept elsewhere.")
        new = str(form.get("new", ""))
        if new != form.get("again"):
            return self._page(request, "The new password was not repeated alike.", 400)
        if fault := passwords.unfit(new, name):
            return self._page(request, f"That is no password to take: {fault}.", 400)
        found = await self._desk.password(request, name, str(form.get("old", "")))
        if isinstance(found, Wait):
            return self._page(request, f"Wait {found.seconds} seconds, then try again.", 429)
        if isinstance(found, Wrong):
            return self._page(request, "The old password is wrong.", 403)
        await self._desk.accounts.set_password(name, await self._desk.checking.hashed(new), name)
        answer = RedirectResponse("/account", 303)
        await self._desk.enter(request, answer, name, "new password")
        return answer

    def _page(self, request: Request, fault: str = "", status: int = 200) -> Response:
        session: Found = request.state.session
        return page(
            request, "account.html", status, fault=fault, source=session.source, way=session.way
        )
