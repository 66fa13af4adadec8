"""Roles and forged requests, asked of a real server."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from missent.memory.sql.store import SqlStore
from missent.testing.web import browser, browsing
from missent.web.access import Role, declared, needs, public
from missent.web.forgery import token
from missent.web.server import application
from missent.web.signin.secret import hashed
from missent.web.signin.sessions import Sessions
from missent.web.sql.sessions import SqlSessions
from missent.web.sql.tables import account

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx
    from starlette.applications import Starlette
    from starlette.requests import Request

    from missent.web.options import WebOptions

SECRETS = {"vera": "v" * 43, "rob": "r" * 43, "ada": "a" * 43}
ROLES = {"vera": Role.VIEWER, "rob": Role.REVIEWER, "ada": Role.ADMINISTRATOR}


class Desk:
    @needs(Role.REVIEWER)
    async def decide(self, request: Request) -> Response:
        form = await request.form()
        return PlainTextResponse(f"{request.state.principal.name} {form.get('what', '')}")


@needs(Role.VIEWER)
async def look(request: Request) -> Response:
    return PlainTextResponse(request.state.csrf)


@public
async def free(_: Request) -> Response:
    return PlainTextResponse("all")


ROUTES = [
    Route("/look", look),
    Route("/decide", Desk().decide, methods=["GET", "POST", "DELETE"]),
    Route("/free", free),
]


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    store = await SqlStore.open(f"sqlite:///{folder}/missent.db")
    row = {"source": "", "password": "", "totp": "", "totp_step": 0, "created": 0, "signed_in": 0}

    def make(options: WebOptions) -> Starlette:
        return application(ROUTES, options, Sessions(store, options))

    try:
        async with store.writing() as connection:
            for name, role in ROLES.items():
                values = row | {"name": name, "subject": name, "role": role.value}
                await connection.execute(insert(account).values(values))
        async with browsing(make) as client:
            yield client
    finally:
        await store.close()


async def as_user(client: httpx.AsyncClient, folder: Path, name: str) -> httpx.AsyncClient:
    store = await SqlStore.open(f"sqlite:///{folder}/missent.db")
    await SqlSessions(store).add(hashed(SECRETS[name]), name, "password", int(time.time()))
    await store.close()
    return browser(str(client.base_url), cookies={"missent-session": SECRETS[name]})


def test_a_role_is_as_much_as_those_below() -> None:
    assert [[a.allows(b) for b in Role] for a in Role] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


def test_endpoints_say_what_they_need() -> None:
    assert declared(look) is Role.VIEWER
    assert declared(Desk().decide) is Role.REVIEWER
    assert declared(free) is None
    assert declared(test_endpoints_say_what_they_need) == "nothing"


async def test_nobody_is_sent_to_sign_in(tmp_path: Path) -> None:
    async with desk(tmp_path) as client:
        assert (await client.get("/free")).text == "all"
        sent = await client.get("/look?a=1&b=%2F")
        assert (sent.status_code, sent.headers["Location"]) == (
            303,
            "/signin?next=/look%3Fa%3D1%26b%3D%252F",
        )
        assert (await client.post("/decide")).status_code == 401
        htmx = await client.post(
            "/decide", headers={"HX-Request": "true", "HX-Current-URL": "http://x/held?page=2"}
        )
        assert (htmx.status_code, htmx.headers["HX-Redirect"]) == (
            401,
            "/signin?next=/held%3Fpage%3D2",
        )
        for cookie in ("x", "v" * 43, "../../etc/passwd", "'--", "x" * 4000):
            client.cookies.set("missent-session", cookie)
            assert (await client.get("/look")).status_code == 303


@pytest.mark.parametrize("name", ROLES)
async def test_a_role_is_needed_and_asked_for(tmp_path: Path, name: str) -> None:
    async with desk(tmp_path) as client, await as_user(client, tmp_path, name) as user:
        assert (await user.get("/look")).text == token(SECRETS[name])
        enough = ROLES[name].allows(Role.REVIEWER)
        assert (await user.get("/decide")).status_code == (200 if enough else 403)
        form = {"csrf": token(SECRETS[name]), "what": "it"}
        done = await user.post("/decide", data=form)
        assert done.status_code == (200 if enough else 403)
        assert (done.text == f"{name} it") == enough


async def test_a_forged_request_does_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as client, await as_user(client, tmp_path, "rob") as user:
        right = token(SECRETS["rob"])
        evil = {"Origin": "https://evil.example"}
        own = {"Origin": str(client.base_url).rstrip("/")}
        for form, headers, status in [
            ({}, {}, 403),
            ({"csrf": ""}, {}, 403),
            ({"csrf": "wrong"}, {}, 403),
            ({"csrf": "\N{SNOWMAN}"}, {}, 403),
            ({"csrf": token(SECRETS["ada"])}, {}, 403),
            ({"csrf": right}, evil, 403),
            ({"csrf": right}, {"Origin": "null"}, 403),
            ({"csrf": right}, own | {"Sec-Fetch-Site": "cross-site"}, 403),
            ({"csrf": right}, own | {"Sec-Fetch-Site": "same-site"}, 403),
            ({"csrf": right}, own | {"Sec-Fetch-Site": "same-origin"}, 200),
            ({"csrf": right}, own, 200),
            ({}, {"X-CSRF-Token": right}, 200),
            ({}, {"X-CSRF-Token": "wrong"}, 403),
        ]:
            done = await user.post("/decide", data=form, headers=headers)
            assert done.status_code == status, (form, headers)
        assert (await user.delete("/decide")).status_code == 403
        done = await user.request("DELETE", "/decide", headers={"X-CSRF-Token": right})
        assert done.status_code == 200
        done = await user.post("/decide", json={"csrf": right})
        assert done.status_code == 403


async def test_every_answer_bears_the_headers_and_long_requests_are_refused(
    tmp_path: Path,
) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 100_000

    async with desk(tmp_path) as client, await as_user(client, tmp_path, "rob") as user:
        long = await user.post("/decide", content=b"csrf=" + b"x" * (1 << 20))
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        drip = await user.post("/decide", content=parts(), headers=form)
        answers = [await user.get(path) for path in ("/free", "/look", "/none", "/style.css")]
        for answer in (*answers, long, drip, await client.get("/look")):
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert "server" not in answer.headers
        assert (long.status_code, drip.status_code) == (413, 413)
        assert [one.status_code for one in answers] == [200, 200, 404, 200]
        assert (await user.put("/free")).status_code == 405
