"""*Held*: what waits, why, and what is decided about it.

Nothing is decided by one click: every choice leads to a page that names what would go where, and
only its button does it.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.routing import Route

from missent.core.errors import StoreError
from missent.hold.held import Pick
from missent.hold.machine import Choice, Refused, State, Way
from missent.web.access import Role, needs
from missent.web.console import letter
from missent.web.console.frame import show
from missent.web.console.waiting import Plan, Waiting, all_waiting, fitting, plan
from missent.web.render import said
from missent.web.reviewing import REFUSED, decide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from missent.hold.room import Room
    from missent.web.access import Principal
    from missent.web.console.frame import Console

PAGE = 50
_WHY = 500  # characters
VERBS = {
    Choice.INSTEAD: ("redirect", "Redirect to what was meant", "goes to another address"),
    Choice.SEND: ("release", "Release as written", "goes out as it was written"),
    Choice.DISCARD: ("discard", "Discard", "is thrown away"),
}
_DONE = {
    State.RELEASED: "is on its way",
    State.REDIRECTED: "is on its way",
    State.DISCARDED: "was thrown away",
}


def routes(console: Console) -> list[Route]:
    """The pages of what is held."""
    pages = _Pages(console)
    return [
        Route("/held", pages.listed),
        Route("/held/confirm", pages.confirm),
        Route("/held/decide", pages.decide, methods=["POST"]),
        Route("/held/{name}", pages.one),
    ]


class _Pages:
    def __init__(self, console: Console) -> None:
        self._console = console

    @needs(Role.VIEWER)
    async def listed(self, request: Request) -> Response:
        """What waits, what expires first at the top."""
        room = self._console.room
        if room is None:
            return await show(self._console, request, "held_off.html", "/held")
        who: Principal = request.state.principal
        text = request.query_params.get("q", "")[:100]
        skip = _natural(request.query_params.get("skip", ""))
        found = fitting(await all_waiting(room, subjects=who.may(Role.REVIEWER)), text)
        return await show(
            self._console,
            request,
            "held.html",
            "/held",
            letters=found[skip : skip + PAGE],
            text=text,
            found=len(found),
            skip=skip,
            page=PAGE,
            verbs=VERBS,
            now=int(time.time()),
        )

    @needs(Role.REVIEWER)
    async def confirm(self, request: Request) -> Response:
        """Say what exactly would be done; nothing is."""
        room = self._console.room
        if room is None:
            return RedirectResponse("/held", 303)
        chosen = await self._chosen(room, request)
        if isinstance(chosen, str):
            return said(request, 400, "Nothing was chosen", chosen)
        choice, waiting = chosen
        plans = [plan(one, choice) for one in waiting]
        return await self._ask(request, plans, choice)

    async def _ask(
        self,
        request: Request,
        plans: Sequence[Plan],
        choice: Choice,
        why: str = "",
        status: int = 200,
    ) -> Response:
        return await show(
            self._console,
            request,
            "held_confirm.html",
            "/held",
            status,
            plans=plans,
            fit=[one for one in plans if not one.fault or len(plans) == 1],
            choice=choice,
            verb=VERBS[choice][0],
            alone=len(plans) == 1,
            why=why,
        )

    async def _chosen(self, room: Room, request: Request) -> tuple[Choice, list[Waiting]] | str:
        """What a form of the list says: one button of one letter, or many ticked."""
        given = request.query_params
        if one := given.get("one", ""):
            verb, _, key = one.partition(":")
            keys = [key]
        else:
            verb, keys = given.get("choice", ""), given.getlist("pick")
        choice = next((c for c, (name, *_) in VERBS.items() if name == verb), None)
        if choice is None:
            return "Choose what to do: release, redirect or discard."
        found = {one.key: one for one in await all_waiting(room, subjects=True)}
        waiting = [found[key] for key in dict.fromkeys(keys) if key in found]
        if not keys:
            return "Tick at least one message first."
        if not waiting:
            return "Somebody decided about it already, or its time is over."
        return choice, waiting

    @needs(Role.REVIEWER)
    async def decide(self, request: Request) -> Response:
        """Do it."""
        room = self._console.room
        form = await request.form()
        choice = next((c for c, (n, *_) in VERBS.items() if n == str(form.get("verb", ""))), None)
        if room is None or choice is None:
            return RedirectResponse("/held", 303)
        found = {one.key: one for one in await all_waiting(room, subjects=True)}
        why = str(form.get("why", ""))[:_WHY]
        plans: list[Plan] = []
        gone: list[tuple[str, str]] = []
        for key in dict.fromkeys(map(str, form.getlist("do"))):
            one = found.get(key)
            if one is None:
                gone.append((key, REFUSED[Refused.DECIDED]))
                continue
            to = str(form.get(f"to:{key}", "")).strip()
            other = str(form.get(f"other:{key}", "")).strip()
            plans.append(plan(one, choice, other or to))
        if any(one.fault for one in plans):
            return await self._ask(request, plans, choice, why, 400)
        who: Principal = request.state.principal
        done = [(one, await self._do(room, one, who.name, why)) for one in plans]
        return await show(self._console, request, "held_done.html", "/held", done=done, gone=gone)

    async def _do(self, room: Room, one: Plan, who: str, why: str) -> str:
        held, recipient = one.waiting.held, one.waiting.one
        meant = one.to if one.choice is Choice.INSTEAD else ""
        now = int(time.time())
        pick = Pick(held.name, recipient.number, one.choice, Way.REVIEWER, who, now, meant, why)
        found = await decide(self._console.trail, who, pick, recipient, room.choose)
        return REFUSED[found] if isinstance(found, Refused) else _DONE[found]

    @needs(Role.VIEWER)
    async def one(self, request: Request) -> Response:
        """All that is known of one message; its content only for reviewers, and when asked for."""
        room = self._console.room
        name = request.path_params["name"]
        held = await room.store.message(name) if room is not None else None
        if room is None or held is None:
            text = "It may have been taken away since: records are kept for some months."
            return said(request, 404, "No such message is kept", text)
        who: Principal = request.state.principal
        reads = who.may(Role.REVIEWER)
        content = None
        if reads and request.query_params.get("read") == "yes":
            content = await self._read(room, name, who.name)
        return await show(
            self._console,
            request,
            "held_one.html",
            "/held",
            held=held,
            subject=room.subject(held) if reads else "",
            steps=await room.store.steps(name),
            letter=content,
            asked="read" in request.query_params,
            there=await room.store.sealed(name) is not None if reads else False,
            verbs=VERBS,
            now=int(time.time()),
        )

    async def _read(self, room: Room, name: str, who: str) -> letter.Letter | None:
        sealed = await room.store.sealed(name)
        if sealed is None:
            return None
        await self._console.trail.record(who, "read held", name)
        try:
            content = room.options.keys.open(sealed, name)
        except StoreError:
            return None  # its key is gone
        return await asyncio.to_thread(letter.read, content)


def _natural(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000") else 0
