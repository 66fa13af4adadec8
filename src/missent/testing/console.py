"""The console over a real store and a room that runs, asked by a signed-in browser."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert

from missent.hold.sql.store import SqlHold
from missent.memory.sql.store import SqlStore
from missent.testing.hold import room_at
from missent.testing.web import browser, browsing
from missent.web.access import Role
from missent.web.console import site
from missent.web.console.frame import About, Console
from missent.web.sample.store import SqlSample
from missent.web.server import application
from missent.web.signin.secret import hashed
from missent.web.signin.sessions import Sessions
from missent.web.sql.sessions import SqlSessions
from missent.web.sql.tables import account
from missent.web.sql.trail import SqlTrail

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx
    from starlette.applications import Starlette

    from missent.testing.relay import NextHop
    from missent.web.options import WebOptions
    from missent.web.trail import Entry

_SECRETS = {role: role[0] * 43 for role in Role}
_FAR = 1 << 40  # a session's moment: it never ends


@dataclass(frozen=True, slots=True)
class Visit:
    """A console, and those who are signed in to it.

    Attributes:
        console: what is shown.
        store: its store.
        url: where it is served.
        clients: a browser for each role.
    """

    console: Console
    store: SqlStore
    url: str
    clients: dict[Role, httpx.AsyncClient]

    async def get(self, path: str, role: Role = Role.ADMINISTRATOR) -> httpx.Response:
        """Ask for a page."""
        return await self.clients[role].get(path)

    async def post(
        self, path: str, form: dict[str, object], role: Role = Role.ADMINISTRATOR
    ) -> httpx.Response:
        """Send a form, with the token that the page has."""
        page = await self.clients[role].get("/")
        found = re.search(r'name="csrf" value="([^"]+)"', page.text)
        token = found[1] if found else ""
        return await self.clients[role].post(path, data={"csrf": token, **form})

    async def trail(self) -> list[Entry]:
        """What was done, the newest first."""
        return list(await self.console.trail.rows())


@asynccontextmanager
async def visiting(
    folder: Path, about: About | None = None, hop: NextHop | None = None
) -> AsyncIterator[Visit]:
    """Serve a console over SQLite in a folder.

    Args:
        folder: for the store.
        about: the configuration.
        hop: takes what is released.
    """
    async with room_at(folder, hop) as room:
        assert isinstance(room.store, SqlHold)  # noqa: S101  it is
        store = await SqlStore.open(f"sqlite:///{folder}/missent.db")
        console = Console(store, SqlTrail(store), about or About("0"), room, SqlSample(store))

        def make(options: WebOptions) -> Starlette:
            return application(site.routes(console), options, Sessions(store, options))

        async with AsyncExitStack() as stack:
            stack.push_async_callback(store.close)
            await _accounts(store)
            client = await stack.enter_async_context(browsing(make))
            url = str(client.base_url).rstrip("/")
            clients = {
                role: await stack.enter_async_context(_signed_in(url, role)) for role in Role
            }
            yield Visit(console, store, url, clients)


def _signed_in(url: str, role: Role) -> httpx.AsyncClient:
    client = browser(url)
    client.cookies.set("missent-session", _SECRETS[role])
    return client


async def _accounts(store: SqlStore) -> None:
    row = {"source": "", "password": "", "totp": "", "totp_step": 0, "created": 0, "signed_in": 0}
    for role in Role:
        values = row | {"name": role.value, "subject": role.value, "role": role.value}
        async with store.writing() as connection:
            await connection.execute(insert(account).values(values))
        await SqlSessions(store).add(hashed(_SECRETS[role]), role.value, "password", _FAR)
