"""One's own account, at a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missent.testing.signin import PASSWORD, console, csrf, sign_in

if TYPE_CHECKING:
    from pathlib import Path

NEW = "a quite different one"


async def test_a_new_password_ends_all_other_sessions(tmp_path: Path) -> None:
    async with console(tmp_path) as one, one.browser() as other:
        await one.add("ann")
        await sign_in(one.client, "ann")
        await sign_in(other, "ann")
        page = await one.client.get("/account")
        assert "You are a viewer, signed in by password." in page.text
        form = {"csrf": csrf(page), "old": PASSWORD, "new": NEW, "again": NEW}
        for change, status, said in [
            ({"csrf": ""}, 403, "Nothing was done"),
            ({"again": "x"}, 400, "not repeated alike"),
            ({"new": "short", "again": "short"}, 400, "at least 12"),
            ({"old": "wrong"}, 403, "old password is wrong"),
        ]:
            refused = await one.client.post("/account/password", data=form | change)
            assert (refused.status_code, said in refused.text) == (status, True), change
            assert NEW not in refused.text
        assert (await other.get("/")).status_code == 200
        before = one.client.cookies["missent-session"]
        done = await one.client.post("/account/password", data=form)
        assert (done.status_code, done.headers["Location"]) == (303, "/account")
        assert one.client.cookies["missent-session"] != before
        assert (await one.client.get("/")).text == "ann viewer"
        assert (await other.get("/")).status_code == 303
        assert (await sign_in(other, "ann")).status_code == 401
        assert (await sign_in(other, "ann", NEW)).status_code == 303
        assert ("ann", "change password of user", "ann", "") in await one.trail()


async def test_guessing_the_old_password_is_slowed_in_a_stolen_session(tmp_path: Path) -> None:
    async with console(tmp_path) as one:
        await one.add("ann")
        await sign_in(one.client, "ann")
        page = await one.client.get("/account")
        form = {"csrf": csrf(page), "old": "wrong", "new": NEW, "again": NEW}
        found = [
            (await one.client.post("/account/password", data=form)).status_code for _ in range(12)
        ]
        assert found[:10] == [403] * 10
        assert 429 in found[10:]
