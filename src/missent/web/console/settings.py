"""*Settings*: what the file says, and how the parts do. It is read here and changed there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from starlette.routing import Route

from missent.web.access import Role, needs
from missent.web.console.frame import show
from missent.web.console.overview import health

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from missent.web.console.frame import Console


def routes(console: Console) -> list[Route]:
    """The page."""
    return [Route("/settings", _Page(console).settings)]


class _Page:
    def __init__(self, console: Console) -> None:
        self._console = console

    @needs(Role.VIEWER)
    async def settings(self, request: Request) -> Response:
        """What was read from the file."""
        return await show(
            self._console,
            request,
            "settings.html",
            "/settings",
            about=self._console.about,
            health=await health(self._console, int(time.time())),
        )
