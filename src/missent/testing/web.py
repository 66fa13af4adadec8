"""A browser before the real server on loopback."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx

from missent.app.places import listen
from missent.web.options import WebOptions
from missent.web.server import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.applications import Starlette


@asynccontextmanager
async def browsing(make: Callable[[WebOptions], Starlette]) -> AsyncIterator[httpx.AsyncClient]:
    """A client that keeps cookies and follows no redirect.

    Args:
        make: makes the application for options with the url that the client uses.
    """
    listening = listen("browser", "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with serving(make(WebOptions(url)), [listening]), browser(url) as client:
        yield client


def browser(url: str, **options: object) -> httpx.AsyncClient:
    """Another one, with cookies of its own."""
    return httpx.AsyncClient(base_url=url, trust_env=False, timeout=30, **options)  # type: ignore[arg-type]
