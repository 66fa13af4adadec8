"""Accounts of a console that runs on loopback, and a person who signs in there."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from missent.memory.sql.store import SqlStore
from missent.testing.web import browser, browsing
from missent.web.access import Role, needs
from missent.web.server import application
from missent.web.signin import own, pages, passwords, provider_pages
from missent.web.signin.desk import Desk
from missent.web.signin.oidc import OidcOptions, Provider
from missent.web.sql.accounts import Account

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx
    from starlette.applications import Starlette
    from starlette.requests import Request

    from missent.web.options import WebOptions

PASSWORD = "correct horse battery"  # noqa: S105  for loopback


@needs(Role.VIEWER)
async def whoami(request: Request) -> Response:
    """Who is signed in."""
    return PlainTextResponse(f"{request.state.principal.name} {request.state.principal.role}")


@dataclass
class Console:
    """A console that runs.

    Attributes:
        url: where.
        store: its store.
        client: a first browser.
    """

    url: str
    store: SqlStore
    client: httpx.AsyncClient
    desk: Desk

    async def trail(self) -> list[tuple[str, str, str, str]]:
        """Who did what to what, with which detail."""
        entries = await self.desk.trail.entries()
        return [(one.who, one.action, one.object, one.detail) for one in entries]

    async def add(self, name: str, role: Role = Role.VIEWER) -> None:
        """Make an account with the password of all."""
        hashed = passwords.hashed(PASSWORD)
        await self.desk.accounts.add(Account(name, role, password=hashed), "test")

    def browser(self) -> httpx.AsyncClient:
        """Another browser."""
        return browser(self.url)


@asynccontextmanager
async def console(
    folder: Path, oidc: OidcOptions | None = None, **changes: object
) -> AsyncIterator[Console]:
    """A console over a store in a folder.

    Args:
        folder: for the store.
        oidc: how a provider is asked; its `redirect` is filled in.
        changes: of the `WebOptions`.
    """
    store = await SqlStore.open(f"sqlite:///{folder}/missent.db")
    desks: list[Desk] = []

    def make(options: WebOptions) -> Starlette:
        options = replace(options, **changes)  # type: ignore[arg-type]
        desk = Desk(store, options)
        desks.append(desk)
        routes = [Route("/", whoami), *pages.routes(desk, "Example" if oidc else "")]
        routes += own.routes(desk)
        if oidc:
            there = replace(oidc, redirect=options.url + provider_pages.BACK)
            routes += provider_pages.routes(desk, Provider(there))
        return application(routes, options, desk.sessions)

    try:
        async with browsing(make) as client:
            yield Console(str(client.base_url).rstrip("/"), store, client, desks[0])
    finally:
        await store.close()


def csrf(page: httpx.Response) -> str:
    """The token in a page's form."""
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
    if not found:
        raise AssertionError(f"no form with a token: {page.status_code} {page.text}")
    return found[1]


async def sign_in(
    client: httpx.AsyncClient,
    name: str,
    password: str = PASSWORD,
    place: str = "/",
    **headers: str,
) -> httpx.Response:
    """Fill in the form, as a browser does."""
    page = await client.get("/signin", params={"next": place})
    form = {"csrf": csrf(page), "name": name, "password": password, "next": place}
    return await client.post("/signin", data=form, headers=headers)
