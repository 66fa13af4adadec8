"""*Decisions*: search what was asked, see why, and say whether it was right."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from starlette.responses import RedirectResponse
from starlette.routing import Route

from missent.memory.decided import Judgement, Sought
from missent.web.access import Role, needs
from missent.web.console import moments, plots
from missent.web.console.frame import show
from missent.web.render import said

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams
    from starlette.requests import Request
    from starlette.responses import Response

    from missent.web.access import Principal
    from missent.web.console.frame import Console

_PAGE = 50
_JUDGEMENTS = frozenset({"right", "wrong", "none"})
_LARGEST = (1 << 63) - 1
_SAID = {"yes": True, "no": False}


class Seek(NamedTuple):
    """What is sought, as it stands in the form."""

    q: str
    action: str
    code: str
    judgement: str
    since: str
    until: str

    @property
    def sought(self) -> Sought:
        """The same for the store; a last day counts whole."""
        since, until = _start(self.since), _start(self.until)
        return Sought(
            since or 0,
            until + moments.DAY if until is not None else None,
            code=self.code,
            action=self.action,
            text=self.q,
            judgement=self.judgement,
        )

    @property
    def query(self) -> str:
        """The same for a link, with an `&` at its end."""
        names = {"since": "from", "until": "to"}
        given = {names.get(name, name): value for name, value in self._asdict().items() if value}
        return urlencode(given) + "&" if given else ""


def seek(given: QueryParams) -> Seek:
    """Read the form; what is not meant by it is as if it were not said."""
    action, judgement = given.get("action", ""), given.get("judgement", "")
    days = (given.get("from", ""), given.get("to", ""))
    return Seek(
        given.get("q", "").strip()[:320],
        action if action in plots.ACTIONS else "",
        given.get("code", "")[:8].upper(),
        judgement if judgement in _JUDGEMENTS else "",
        *(text if _start(text) is not None else "" for text in days),
    )


def _start(text: str) -> int | None:
    """The first moment of a day such as `2026-11-25`."""
    try:
        day = date.fromisoformat(text)
        return max(int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()), 0)
    except (ValueError, OverflowError):
        return None


def routes(console: Console) -> list[Route]:
    """The pages of decisions."""
    pages = _Pages(console)
    return [
        Route("/decisions", pages.listed),
        Route("/decisions/{number}", pages.one),
        Route("/decisions/{number}/judge", pages.judge, methods=["POST"]),
    ]


class _Pages:
    def __init__(self, console: Console) -> None:
        self._console = console

    @needs(Role.VIEWER)
    async def listed(self, request: Request) -> Response:
        """Those that fit, the newest first."""
        what = seek(request.query_params)
        before = _number(request.query_params.get("before", ""))
        page = await self._console.store.latest(before=before, limit=_PAGE, sought=what.sought)
        return await show(
            self._console,
            request,
            "decisions.html",
            "/decisions",
            seek=what,
            rows=page.rows,
            next=page.next,
            until=page.until,
            query=what.query,
            actions=plots.ACTIONS,
            codes=self._console.about.checks,
        )

    @needs(Role.VIEWER)
    async def one(self, request: Request) -> Response:
        """One, with its evidence."""
        number = _number(request.path_params["number"])
        found = await self._console.store.decision(number) if number is not None else None
        if found is None:
            return said(request, 404, "There is no such decision", "It may have been forgotten.")
        return await show(
            self._console,
            request,
            "decision.html",
            "/decisions",
            number=number,
            one=found,
            titles=self._console.about.checks,
        )

    @needs(Role.REVIEWER)
    async def judge(self, request: Request) -> Response:
        """Keep what somebody says of it."""
        number = _number(request.path_params["number"]) or 0
        form = await request.form()
        answer = str(form.get("right", ""))
        who: Principal = request.state.principal
        if answer not in {*_SAID, "back"}:
            return said(request, 400, "Nothing was said", "Say whether it was right or wrong.")
        found = await self._console.store.decision(number)
        if found is None:
            return said(request, 404, "There is no such decision", "It may have been forgotten.")
        judged = Judgement(_SAID[answer], who.name, int(time.time())) if answer in _SAID else None
        detail = {"yes": "right", "no": "wrong", "back": "taken back"}[answer]
        await self._console.trail.record(who.name, "judge decision", str(number), detail)
        await self._console.store.judge(number, judged)
        return RedirectResponse(f"/decisions/{number}#judgement", 303)


def _number(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(_LARGEST)):
        return None
    return min(int(text), _LARGEST)
