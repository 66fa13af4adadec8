"""*Audit log*: who did what, to be read and taken away."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse
from starlette.routing import Route

from missent.web.access import Role, needs
from missent.web.console.frame import show

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from missent.web.access import Principal
    from missent.web.console.frame import Console

_PAGE = 50
_AT_ONCE = 1000
_DIGITS = 18


def routes(console: Console) -> list[Route]:
    """The pages of the audit log."""
    pages = _Pages(console)
    return [Route("/trail", pages.listed), Route("/trail/export", pages.export)]


class _Pages:
    def __init__(self, console: Console) -> None:
        self._console = console

    @needs(Role.ADMINISTRATOR)
    async def listed(self, request: Request) -> Response:
        """Its entries, the newest first."""
        given = request.query_params.get("before", "")
        is_number = given.isascii() and given.isdigit() and len(given) <= _DIGITS
        rows = await self._console.trail.rows(int(given) if is_number else None, _PAGE)
        last = rows[-1].number if len(rows) == _PAGE else 1
        before = last if last > 1 else None
        return await show(self._console, request, "trail.html", "/trail", rows=rows, next=before)

    @needs(Role.ADMINISTRATOR)
    async def export(self, request: Request) -> Response:
        """All entries, one JSON object a line, as `missent trail verify` reads them."""
        who: Principal = request.state.principal
        await self._console.trail.record(who.name, "export trail")
        return StreamingResponse(
            self._lines(),
            media_type="application/x-ndjson",
            headers={"Content-Disposition": 'attachment; filename="missent-trail.ndjson"'},
        )

    async def _lines(self) -> AsyncIterator[str]:
        after = 0
        while some := await self._console.trail.entries(after, _AT_ONCE):
            yield "".join(json.dumps(one._asdict()) + "\n" for one in some)
            after = some[-1].number
