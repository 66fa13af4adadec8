"""The pages, asked by a real HTTP client over a real room."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from missent.core.errors import StoreError
from missent.hold.machine import Choice
from missent.hold.tokens import Token
from missent.testing import web
from missent.testing.hold import hold, links, mail, room_at, states, suspect
from missent.testing.relay import NextHop, until
from missent.web import pages
from missent.web.server import application

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    import httpx
    import pytest

    from missent.hold.room import Room


def browsing(room: Room) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    return web.browsing(lambda options: application(pages.routes(room), options))


async def tokens(notices: NextHop) -> list[str]:
    await until(lambda: notices.messages)
    return links(mail(notices.messages[-1]))


class Loads(HTMLParser):
    """What a page would load, and what is wrong with its form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"src", "href", "action", "style"} or name.startswith("on"):
                self.found.append(f"{tag} {name}={value}")


async def test_a_page_says_what_would_happen_and_post_does_it(tmp_path: Path) -> None:
    hop, notices = NextHop(), NextHop()
    async with room_at(tmp_path, hop, notices) as room, browsing(room) as client:
        name = await hold(room)
        instead, send, _ = await tokens(notices)
        page = await client.get(f"/c/{send}")
        assert page.status_code == 200
        assert "Send it to this address" in page.text
        assert "Room 12" in page.text
        assert "gen@army.m<mark>i</mark>l" in page.text
        assert await states(room.store, name) == ["held"]
        page = await client.post(f"/c/{instead}")
        assert (page.status_code, "It is on its way" in page.text) == (200, True)
        assert await states(room.store, name) == ["redirected"]
        for method in ("GET", "POST"):
            page = await client.request(method, f"/c/{send}")
            assert (page.status_code, "decided already" in page.text) == (409, True)
        await until(lambda: hop.messages)
    assert len(hop.messages) == 1


async def test_a_scanner_that_follows_every_link_ten_times_changes_nothing(tmp_path: Path) -> None:
    notices = NextHop()
    async with room_at(tmp_path, notices=notices) as room, browsing(room) as client:
        name = await hold(room)
        found = await tokens(notices)
        for _ in range(10):
            for token in found:
                for method in ("GET", "HEAD"):
                    assert (await client.request(method, f"/c/{token}")).status_code == 200
                for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
                    assert (await client.request(method, f"/c/{token}")).status_code == 405
        assert await states(room.store, name) == ["held"]
        assert len(await room.store.steps(name)) == 2  # held, told


async def test_bad_tokens(tmp_path: Path) -> None:
    notices = NextHop()
    async with room_at(tmp_path, notices=notices) as room, browsing(room) as client:
        name = await hold(room)
        [*_, discard] = await tokens(notices)
        keys = room.options.keys
        old, reply = Token(name, 1), Token(name, 2**31)
        for text, status in [
            ("x", 404),
            (discard[:-3] + "aaa", 404),
            (old.write(keys), 410),
            (reply.write(keys), 404),
            ("..%2f..%2fetc%2fpasswd", 404),
        ]:
            for method in ("GET", "POST"):
                assert (await client.request(method, f"/c/{text}")).status_code == status, text
        assert (await client.get("/")).status_code == 404
        assert await states(room.store, name) == ["held"]


async def test_nothing_is_loaded_from_elsewhere_and_nothing_runs(tmp_path: Path) -> None:
    notices = NextHop()
    evil = suspect('"<script>alert(1)</script>"@army.ml', "gen@army.mil")
    async with room_at(tmp_path, notices=notices) as room, browsing(room) as client:
        await hold(room, evil)
        page = await client.get(f"/c/{(await tokens(notices))[0]}")
        assert "<script" not in page.text
        assert "&lt;" in page.text
        assert Loads(page.text).found == ["link href=../assets/icon.svg", "link href=../style.css"]
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert "server" not in page.headers
        style = await client.get("/style.css")
        assert style.headers["Content-Type"].startswith("text/css")
        assert "prefers-color-scheme: dark" in style.text
        assert "Disallow: /" in (await client.get("/robots.txt")).text


async def test_a_reviewers_message_cannot_be_sent_by_a_link(tmp_path: Path) -> None:
    notices = NextHop()
    async with room_at(tmp_path, notices=notices) as room, browsing(room) as client:
        name = await hold(room, suspect(review=True))
        held = await room.store.message(name)
        assert held is not None
        token = Token(name, held.expires, Choice.SEND, 1).write(room.options.keys)
        page = await client.post(f"/c/{token}")
        assert (page.status_code, "reviewer" in page.text) == (403, True)
        assert await states(room.store, name) == ["held"]


async def test_a_store_that_fails_is_told_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices = NextHop()
    async with room_at(tmp_path, notices=notices) as room, browsing(room) as client:
        await hold(room)
        [*_, discard] = await tokens(notices)

        async def fail(_: object) -> None:
            raise StoreError("disk full")

        monkeypatch.setattr(room.store, "choose", fail)
        page = await client.post(f"/c/{discard}")
        assert (page.status_code, "Nothing was changed" in page.text) == (503, True)
