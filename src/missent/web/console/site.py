"""All pages of the console, the one click that takes the sample away among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.routing import Route

from missent.web.access import Role, needs
from missent.web.console import decisions, exceptions, held, overview, policy, settings, trail

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from missent.web.access import Principal
    from missent.web.console.frame import Console

_PAGES = (overview, held, decisions, exceptions, policy, settings, trail)


def routes(console: Console) -> list[Route]:
    """What is to be served; each endpoint says what role it needs."""
    return [
        *(route for page in _PAGES for route in page.routes(console)),
        Route("/sample/remove", _Sample(console).remove, methods=["POST"]),
    ]


class _Sample:
    def __init__(self, console: Console) -> None:
        self._console = console

    @needs(Role.ADMINISTRATOR)
    async def remove(self, request: Request) -> Response:
        """Take the sample organisation away."""
        if (sample := self._console.sample) is not None:
            who: Principal = request.state.principal
            await self._console.trail.record(who.name, "remove sample", sample.domain)
            await sample.remove()
        return RedirectResponse("/", 303)
