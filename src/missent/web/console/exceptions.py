"""*Exceptions*: who may be written to in spite of findings; add one, end one."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from starlette.responses import RedirectResponse
from starlette.routing import Route

from missent.core.errors import AddressError
from missent.core.pattern import Pattern
from missent.core.permission import Permission
from missent.web.access import Role, needs
from missent.web.console.frame import show
from missent.web.console.letter import clean
from missent.web.render import said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from missent.memory.interface import StoredException
    from missent.web.access import Principal
    from missent.web.console.frame import Console

_LONGEST = {"pattern": 320, "sender": 320, "reason": 500, "owner": 200, "expires": 10}


class Given(NamedTuple):
    """What stands in the form."""

    pattern: str = ""
    sender: str = ""
    reason: str = ""
    owner: str = ""
    expires: str = ""

    @classmethod
    def of(cls, said: Mapping[str, object]) -> Given:
        """Read it; nothing is longer than it may be."""
        return cls(*(clean(str(said.get(n, "")))[: _LONGEST[n]].strip() for n in cls._fields))


def permission(given: Given, now: int) -> Permission | str:
    """The exception that a form asks for, or what is wrong with it and how to mend it."""
    if not given.reason or not given.owner:
        return "An exception needs a reason, and somebody who answers for it."
    try:
        pattern = Pattern.parse(given.pattern)
        sender = Pattern.parse(given.sender) if given.sender else None
    except AddressError as error:
        return f"{error}"
    if not given.expires:
        return Permission(pattern, given.owner, given.reason, None, sender)
    try:
        after = date.fromisoformat(given.expires) + timedelta(days=1)
        end = int(datetime(after.year, after.month, after.day, tzinfo=UTC).timestamp())
    except (ValueError, OverflowError):
        return f"{given.expires!r} is no day; write one such as 2027-01-31."
    if end <= now:
        return f"The last day, {given.expires}, is over; choose a later one, or none."
    return Permission(pattern, given.owner, given.reason, end, sender)


def routes(console: Console) -> list[Route]:
    """The pages of exceptions."""
    pages = _Pages(console)
    return [
        Route("/exceptions", pages.listed),
        Route("/exceptions", pages.add, methods=["POST"]),
        Route("/exceptions/{number}", pages.ending),
        Route("/exceptions/{number}/end", pages.end, methods=["POST"]),
    ]


class _Pages:
    def __init__(self, console: Console) -> None:
        self._console = console

    @needs(Role.VIEWER)
    async def listed(self, request: Request) -> Response:
        """All of them; for who may, with a form for another."""
        return await self._page(request, Given.of(request.query_params))

    @needs(Role.REVIEWER)
    async def add(self, request: Request) -> Response:
        """Add one."""
        given, now = Given.of(await request.form()), int(time.time())
        made = permission(given, now)
        if isinstance(made, str):
            return await self._page(request, given, made)
        who: Principal = request.state.principal
        until = f" until {given.expires}" if given.expires else ""
        sender = f" for {made.sender.text}" if made.sender else ""
        detail = f"owner {made.owner}{sender}{until}: {made.reason}"
        await self._console.trail.record(who.name, "add exception", made.pattern.text, detail)
        await self._console.store.allow(made, now)
        return RedirectResponse("/exceptions", 303)

    @needs(Role.REVIEWER)
    async def ending(self, request: Request) -> Response:
        """Ask whether it is to end."""
        one = await self._numbered(request)
        if one is None:
            return _missing(request)
        return await show(self._console, request, "exception_end.html", "/exceptions", one=one)

    @needs(Role.REVIEWER)
    async def end(self, request: Request) -> Response:
        """End it."""
        one = await self._numbered(request)
        if one is None:
            return _missing(request)
        who: Principal = request.state.principal
        text, owner = one.permission.pattern.text, one.permission.owner
        detail = f"number {one.number}, owner {owner}"
        await self._console.trail.record(who.name, "end exception", text, detail)
        await self._console.store.revoke(one.number)
        return RedirectResponse("/exceptions", 303)

    async def _page(self, request: Request, given: Given, fault: str = "") -> Response:
        return await show(
            self._console,
            request,
            "exceptions.html",
            "/exceptions",
            400 if fault else 200,
            stored=await self._console.store.exceptions(),
            ours=self._console.about.permissions,
            given=given,
            fault=fault,
            now=int(time.time()),
        )

    async def _numbered(self, request: Request) -> StoredException | None:
        number = request.path_params["number"]
        stored = await self._console.store.exceptions()
        return next((one for one in stored if str(one.number) == number), None)


def _missing(request: Request) -> Response:
    return said(request, 404, "There is no such exception", "It was ended already.")
