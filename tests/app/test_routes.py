"""Every route of all that is served: a new one that forgets to say who may ask it fails here."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Route

from missent.app import api, web
from missent.app.assess import Assessor
from missent.app.wiring import build
from missent.memory.memory import Memory
from missent.settings.file import parse
from missent.testing.hold import room_at
from missent.testing.web import browser, browsing
from missent.web.access import Role, declared
from missent.web.api.app import Below
from missent.web.forgery import token
from missent.web.signin.secret import hashed
from missent.web.sql.accounts import Account, SqlAccounts
from missent.web.sql.sessions import SqlSessions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    import httpx
    from starlette.applications import Starlette

    from missent.web.options import WebOptions

# Whoever adds to these says that everybody may ask it, without a session or a token.
FOR_ALL = {
    "/assets/htmx.min.js",
    "/assets/icon.svg",
    "/c/{token}",
    "/robots.txt",
    "/signin",
    "/signin/code",
    "/signin/link/{secret}",
    "/signin/provider",
    "/signin/provider/back",
    "/style.css",
}
FOR_ALL_PROGRAMS = {"/livez", "/metrics", "/readyz"}  # /metrics looks at the address itself
SECRETS = {role: role.value[0] * 43 for role in Role}
SAID: dict[str, Any] = {
    "web": {
        "url": "http://127.0.0.1:8025",
        "oidc": {"issuer": "http://127.0.0.1:1", "client_id": "missent"},
    }
}


class All(NamedTuple):
    """All that is served, and a browser for each role."""

    app: Starlette
    url: str
    nobody: httpx.AsyncClient
    by_role: dict[Role, httpx.AsyncClient]


@asynccontextmanager
async def everything(folder: Path) -> AsyncIterator[All]:
    settings = parse(SAID | {"store": {"url": f"sqlite:///{folder}/missent.db"}}, "x")
    apps = []
    async with room_at(folder) as room:
        memory = await Memory.open(settings.store.url)
        app = build(settings)
        asked = api.Asked(app, Assessor(app, memory), memory, None, room, api.counting(settings))

        def make(options: WebOptions) -> Starlette:
            others = api.routes(settings, asked)
            apps.append(web.compose(settings, options, memory.store, room, others))  # type: ignore[arg-type]
            return apps[0]

        try:
            for role in Role:
                await SqlAccounts(memory.store).add(Account(role.value, role), "test")  # type: ignore[arg-type]
                sessions = SqlSessions(memory.store)  # type: ignore[arg-type]
                await sessions.add(hashed(SECRETS[role]), role.value, "test", int(time.time()))
            async with browsing(make) as nobody:
                url = str(nobody.base_url).rstrip("/")
                clients = {
                    role: browser(url, cookies={"missent-session": SECRETS[role]}) for role in Role
                }
                yield All(apps[0], url, nobody, clients)
                for client in clients.values():
                    await client.aclose()
        finally:
            await memory.close()


def pages(app: Starlette) -> Iterator[Route]:
    """The routes of the pages; of anything else than these and the API nothing is known here."""
    for route in app.routes:
        assert isinstance(route, Route | Below), f"{route}: teach this test what it is"
        if isinstance(route, Route):
            yield route


def programs(app: Starlette) -> Iterator[APIRoute]:
    """The API's."""
    (below,) = (route for route in app.routes if isinstance(route, Below))
    assert isinstance(below.app, FastAPI)
    for route in below.app.routes:
        router = getattr(route, "original_router", None)
        for one in router.routes if router is not None else [route]:
            if isinstance(one, APIRoute):
                yield one
            else:
                assert getattr(one, "path", "") == "/openapi.json", f"{one}: what is it?"


def path(route: Route | APIRoute) -> str:
    """A path that it takes."""
    return re.sub(r"\{(\w+)(:\w+)?\}", "1", route.path)


async def test_every_page_says_who_may_ask_it(tmp_path: Path) -> None:
    async with everything(tmp_path) as served:
        said = {route.path: declared(route.endpoint) for route in pages(served.app)}
        assert [name for name, role in said.items() if role == "nothing"] == []
        assert {name for name, role in said.items() if role is None} == FOR_ALL
        assert len(said) > len(FOR_ALL)


async def test_no_page_is_had_without_its_role(tmp_path: Path) -> None:
    async with everything(tmp_path) as served:
        asked = 0
        for route in pages(served.app):
            needed = declared(route.endpoint)
            if not isinstance(needed, Role):
                continue
            for method in sorted(route.methods or ()):
                where = (method, route.path)
                answer = await served.nobody.request(method, path(route))
                if method in {"GET", "HEAD"}:
                    assert answer.status_code == 303, where
                    assert answer.headers["Location"].startswith("/signin"), where
                else:
                    assert answer.status_code == 401, where
                for role, client in served.by_role.items():
                    right = {"X-CSRF-Token": token(SECRETS[role])}
                    if not role.allows(needed):
                        answer = await client.request(method, path(route), headers=right)
                        assert answer.status_code == 403, (role, *where)
                    elif method in {"GET", "HEAD"}:
                        answer = await client.request(method, path(route))
                        assert answer.status_code not in {401, 403}, (role, *where)
                        assert answer.status_code < 500, (role, *where)
                    else:
                        answer = await client.request(method, path(route))
                        assert answer.status_code == 403, ("without a token", role, *where)
                        evil = right | {"Origin": "https://evil.example"}
                        answer = await client.request(method, path(route), headers=evil)
                        assert answer.status_code == 403, ("from elsewhere", role, *where)
                    asked += 1
        assert asked > 40


async def test_no_program_asks_without_a_token(tmp_path: Path) -> None:
    async with everything(tmp_path) as served:
        found = set()
        for route in programs(served.app):
            found.add(route.path)
            for method in sorted(route.methods or ()):
                admin = served.by_role[Role.ADMINISTRATOR]  # whose cookie counts for nothing
                right = {"X-CSRF-Token": token(SECRETS[Role.ADMINISTRATOR])}
                for given in ({}, right, {"Authorization": "Bearer " + "x" * 43}):
                    answer = await admin.request(method, path(route), headers=given)
                    if route.path in FOR_ALL_PROGRAMS:
                        assert answer.status_code < 500, (method, route.path)
                    else:
                        assert answer.status_code == 401, (method, route.path, given)
        assert found > FOR_ALL_PROGRAMS
        assert len(found) > 10


PATHS = (
    "/assets/../server.py",
    "/assets/..%2f..%2fsettings%2ffile.py",
    "/assets/%2e%2e/templates/signin.html",
    "/assets/....//server.py",
    "/assets//etc/passwd",
    "/assets/htmx.min.js/..%2f..%2fserver.py",
    "/assets/htmx.min.js%00.txt",
    "/assets/\x00",
    "/style.css/../server.py",
    "/style.css%2f..%2fserver.py",
    "/templates/signin.html",
    "/..%5cserver.py",
    "//etc/passwd",
    "/../../../../etc/passwd",
    "/signin/link/..%2f..%2fetc%2fpasswd",
    "/signin/link/%00",
    "/held/..%2f..%2fetc%2fpasswd",
)


async def test_paths_lead_nowhere(tmp_path: Path) -> None:
    async with everything(tmp_path) as served:
        host, port = served.url.removeprefix("http://").split(":")
        cookie = f"Cookie: missent-session={SECRETS[Role.ADMINISTRATOR]}"
        for evil in PATHS:  # as they are: a client would tidy them up
            reader, writer = await asyncio.open_connection(host, int(port))
            head = f"GET {evil} HTTP/1.1\r\nHost: x\r\n{cookie}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode())
            answer = await reader.read()
            writer.close()
            assert int(answer.split()[1]) in {400, 404, 410}, evil
            assert b"root:" not in answer
            assert b"import" not in answer
