"""Signing in by a password, a code or a link, at a real server."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pyotp
import pytest
from argon2 import PasswordHasher

from missent.testing.signin import PASSWORD, console, csrf, sign_in
from missent.web.access import Role
from missent.web.signin import codes, first, guesses, passwords
from missent.web.signin.secret import hashed
from missent.web.sql.accounts import Account

if TYPE_CHECKING:
    from pathlib import Path

    import httpx


async def test_in_and_out(tmp_path: Path) -> None:
    async with console(tmp_path) as one:
        await one.add("ann", Role.REVIEWER)
        assert (await one.client.get("/")).headers["Location"] == "/signin"
        done = await sign_in(one.client, "Ann ", place="/held?page=2")
        assert (done.status_code, done.headers["Location"]) == (303, "/held?page=2")
        home = await one.client.get("/")
        assert home.text == "ann reviewer"
        assert (await one.client.get("/signin")).status_code == 303
        token = (await one.client.get("/signin/code")).text
        token = token.split('name="csrf" value="')[1][:64]
        assert (await one.client.post("/signout", data={"csrf": "0" * 64})).status_code == 403
        out = await one.client.post("/signout", data={"csrf": token})
        assert out.headers["Location"] == "/signin"
        assert (await one.client.get("/")).status_code == 303
        assert [(who, what, detail) for who, what, _, detail in await one.trail()][1:] == [
            ("ann", "sign in", "password from 127.0.0.1"),
            ("ann", "sign out", ""),
        ]


async def test_the_cookie_is_new_at_each_sign_in_and_useless_after_sign_out(tmp_path: Path) -> None:
    async with console(tmp_path) as one:
        await one.add("ann")
        planted = "planted-by-somebody-else"
        one.client.cookies.set("missent-session", planted, domain="127.0.0.1")
        done = await sign_in(one.client, "ann")
        first_id = done.cookies["missent-session"]
        assert first_id != planted
        assert "HttpOnly" in str(done.headers.get_list("set-cookie"))
        assert "SameSite=lax" in str(done.headers.get_list("set-cookie"))
        second_browser = one.browser()
        second_browser.cookies.set("missent-session", planted)
        assert (await second_browser.get("/")).status_code == 303
        # a second sign-in in the same browser ends the first session
        page = await one.client.get("/signin/code")
        form = {"csrf": csrf(page), "name": "ann", "password": PASSWORD, "next": "/"}
        done = await one.client.post("/signin", data=form)
        assert done.cookies["missent-session"] != first_id
        second_browser.cookies.set("missent-session", first_id)
        assert (await second_browser.get("/")).status_code == 303
        async with one.store.reading() as connection:
            kept = str((await connection.exec_driver_sql("SELECT * FROM session")).all())
        assert done.cookies["missent-session"] not in kept
        assert hashed(done.cookies["missent-session"]) in kept
        await second_browser.aclose()


async def test_by_tls_cookies_are_bound_to_the_host(tmp_path: Path) -> None:
    async with console(tmp_path, url="https://missent.example") as one:
        await one.add("ann")
        page = await one.client.get("/signin")
        (visitor,) = page.headers.get_list("set-cookie")
        assert visitor.startswith("__Host-missent-visitor=")
        assert "Secure" in visitor
        assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
        cookie = visitor.partition(";")[0]
        form = {"csrf": csrf(page), "name": "ann", "password": PASSWORD}
        done = await one.client.post("/signin", data=form, headers={"Cookie": cookie})
        set_now = done.headers.get_list("set-cookie")
        assert {text.partition("=")[0] for text in set_now} == {
            "__Host-missent-session",
            "__Host-missent-known",
            "__Host-missent-visitor",
            "__Host-missent-step",
        }
        assert all("Secure" in text and "Path=/" in text for text in set_now)


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "evil.example",
    "/%0d%0aSet-Cookie:a=b\r\nX: y",
    "/a\\..\\b",
    "",
    "/" + "x" * 2000,
]


async def test_nobody_is_sent_elsewhere_afterwards(tmp_path: Path) -> None:
    async with console(tmp_path) as one:
        await one.add("ann")
        for place in ELSEWHERE:
            page = await one.client.get("/signin", params={"next": place})
            assert 'name="next" value="/"' in page.text, place
        form = {"csrf": csrf(page), "name": "ann", "password": PASSWORD, "next": ELSEWHERE[1]}
        assert (await one.client.post("/signin", data=form)).headers["Location"] == "/"
        for place in ELSEWHERE:
            again = await one.client.get("/signin", params={"next": place})
            assert again.headers["Location"] == "/", place


async def test_a_forged_sign_in_is_refused(tmp_path: Path) -> None:
    async with console(tmp_path) as one, one.browser() as other:
        await one.add("ann")
        stolen = csrf(await other.get("/signin"))
        await one.client.get("/signin")
        form = {"name": "ann", "password": PASSWORD}
        for token in ("", stolen):
            done = await one.client.post("/signin", data=form | {"csrf": token})
            assert done.status_code == 403
            assert "missent-session" not in done.cookies
        right = form | {"csrf": csrf(await one.client.get("/signin"))}
        for headers in (
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            done = await one.client.post("/signin", data=right, headers=headers)
            assert done.status_code == 403
        assert (await one.client.post("/signin", data=right)).status_code == 303


async def test_wrong_passwords_are_told_alike(tmp_path: Path) -> None:
    async with console(tmp_path) as one:
        await one.add("ann")
        texts = set()
        for name, password in [
            ("ann", "wrong"),
            ("eve", "wrong"),
            ("", ""),
            ("ann", ""),
            ("ann", PASSWORD.upper()),
            ("a' OR 1=1 --", "x"),
            ("<script>alert(1)</script>", "x" * 5000),
            ("ann\x00", PASSWORD),
        ]:
            done = await sign_in(one.client, name, password)
            assert done.status_code == 401
            assert "<script>" not in done.text
            texts.add(done.text)
        assert len(texts) == 1
        failed = [row for row in await one.trail() if row[1] == "fail to sign in"]
        assert {who for who, *_ in failed} == {"ann", ""}
        assert "eve" not in str(failed)


@pytest.mark.slow
async def test_an_unknown_name_takes_as_long(tmp_path: Path) -> None:
    async with console(tmp_path) as one:
        await one.add("ann")
        await sign_in(one.client, "ann", "warming up both")
        await sign_in(one.client, "eve", "warming up both")

        async def cost(name: str) -> float:
            began = time.process_time()
            await sign_in(one.client, name, "wrong")
            return time.process_time() - began

        known = min([await cost("ann") for _ in range(3)])
        unknown = min([await cost("nobody") for _ in range(3)])
        assert unknown > known / 2  # a hash costs ten times as much as all the rest


async def _guess(client: httpx.AsyncClient, name: str) -> int:
    """How many wrong guesses are looked at before the next one has to wait."""
    for count in range(30):
        if (await sign_in(client, name, "wrong")).status_code == 429:
            return count
    return 30


@pytest.mark.slow
async def test_guessing_is_slowed_but_keeps_nobody_out_of_a_known_browser(tmp_path: Path) -> None:
    async with console(tmp_path) as one, one.browser() as stranger:
        await one.add("ann")
        await one.add("bob")
        await sign_in(one.client, "ann")  # this browser is known from now on
        one.client.cookies.delete("missent-session")
        assert await _guess(stranger, "ann") == 10
        slowed = await sign_in(stranger, "ann")
        assert slowed.status_code == 429  # even the right one has to wait
        assert 1 <= int(slowed.headers["Retry-After"]) <= 4
        assert (await sign_in(one.client, "ann")).status_code == 303
        # and who guesses at one after the other is slowed by the address
        found = [(await sign_in(stranger, f"user{n}", "x")).status_code for n in range(11)]
        assert found == [401] * 10 + [429]
        assert (await sign_in(stranger, "bob")).status_code == 429
        failed = [row for row in await one.trail() if row[:2] == ("ann", "fail to sign in")]
        assert len(failed) == 10


@pytest.mark.slow
async def test_many_guesses_at_once_are_many(tmp_path: Path) -> None:
    async with console(tmp_path) as one:
        await one.add("ann")
        page = await one.client.get("/signin")
        form = {"csrf": csrf(page), "name": "ann", "password": "wrong"}
        done = await asyncio.gather(*(one.client.post("/signin", data=form) for _ in range(40)))
        passed = [answer.status_code for answer in done].count(401)
        assert passed == guesses.ACCOUNT.free


@pytest.mark.slow
async def test_a_shell_lets_the_owner_in(tmp_path: Path) -> None:
    async with console(tmp_path) as one:
        await one.add("ann")
        await _guess(one.client, "ann")
        assert (await sign_in(one.client, "ann")).status_code == 429
        await one.desk.guesses.clear([guesses.account("ann")])
        assert (await sign_in(one.client, "ann")).status_code == 303


async def test_a_link_works_once(tmp_path: Path) -> None:
    async with console(tmp_path) as one, one.browser() as other:
        await one.add("ann", Role.ADMINISTRATOR)
        link = await first.link(one.store, one.url, "ann", "root (shell)")
        for _ in range(3):
            page = await one.client.get(link)
            assert "Sign in as ann" in page.text
        assert (await other.post(link)).status_code == 403
        done = await one.client.post(link, data={"csrf": csrf(page)})
        assert done.status_code == 303
        assert (await one.client.get("/")).text == "ann administrator"
        for _ in range(2):
            assert (await other.get(link)).status_code == 410
        old = await first.link(one.store, one.url, "ann", "root (shell)", holds=0)
        assert (await other.get(old)).status_code == 410
        await one.desk.accounts.add(Account("cal", "viewer"), "test")
        gone = await first.link(one.store, one.url, "cal", "root (shell)")
        await one.desk.accounts.remove("cal", "test")
        assert (await other.get(gone)).status_code == 410


async def test_the_first_start_makes_an_administrator_and_prints_a_link(tmp_path: Path) -> None:
    async with console(tmp_path) as one:
        link = await first.first_link(one.store, one.url)
        page = await one.client.get(link)
        await one.client.post(link, data={"csrf": csrf(page)})
        assert (await one.client.get("/")).text == "admin administrator"
        assert await first.first_link(one.store, one.url) != link
        await one.desk.accounts.set_password("admin", passwords.hashed(PASSWORD), "test")
        assert await first.first_link(one.store, one.url) == ""
        assert (await one.client.get("/")).status_code == 303  # a new password ends sessions


async def test_codes(tmp_path: Path) -> None:
    async with console(tmp_path) as one, one.browser() as other:
        await one.add("ann")
        key = codes.new_key()
        shown, digests = codes.new_recovery()
        await one.desk.accounts.set_totp("ann", key, digests, "test")

        async def give(client: httpx.AsyncClient, code: str) -> httpx.Response:
            token = csrf(await client.get("/signin/code"))
            return await client.post("/signin/code", data={"csrf": token, "code": code})

        assert (await give(other, "123456")).status_code == 401  # no password before
        done = await sign_in(one.client, "ann", place="/held")
        assert done.headers["Location"] == "/signin/code"
        assert (await one.client.get("/")).status_code == 303  # half is nothing
        now = pyotp.TOTP(key).now()
        wrong = "".join(str((int(c) + 1) % 10) for c in now)
        assert (await give(one.client, wrong)).status_code == 401
        done = await give(one.client, f"{now[:3]} {now[3:]}")
        assert (done.status_code, done.headers["Location"]) == (303, "/held")
        assert (await one.client.get("/")).text == "ann viewer"
        # the same code, and one before it, is no code any more
        await sign_in(other, "ann")
        for code in (now, pyotp.TOTP(key).at(int(time.time()) - 30)):
            again = await give(other, code)
            assert again.status_code == 401
        # a recovery code is one for once
        assert (await give(other, shown[0].upper())).status_code == 303
        async with one.browser() as third:
            await sign_in(third, "ann")
            assert (await give(third, shown[0])).status_code == 401
            assert (await give(third, shown[1])).status_code == 303


async def test_guessing_at_codes_is_slowed(tmp_path: Path) -> None:
    async with console(tmp_path) as one:
        await one.add("ann")
        await one.desk.accounts.set_totp("ann", codes.new_key(), [], "test")
        await sign_in(one.client, "ann")
        token = csrf(await one.client.get("/signin/code"))
        form = {"csrf": token, "code": "no code"}
        found = [(await one.client.post("/signin/code", data=form)).status_code for _ in range(8)]
        assert found[:5] == [401] * 5
        assert found[-1] == 429


async def test_a_session_ends_when_it_is_idle_or_old_or_its_account_is_gone(tmp_path: Path) -> None:
    async with console(tmp_path, idle=600, lifetime=3600) as one:
        await one.add("ann")
        await sign_in(one.client, "ann")

        async def age(**seconds: int) -> None:
            sets = ", ".join(f"{name} = {name} - {n}" for name, n in seconds.items())
            async with one.store.writing() as connection:
                await connection.exec_driver_sql(f"UPDATE session SET {sets}")

        await age(seen=500, created=500)
        assert (await one.client.get("/")).status_code == 200  # and it was used now
        await age(seen=500, created=500)
        assert (await one.client.get("/")).status_code == 200
        await age(seen=601)
        assert (await one.client.get("/")).status_code == 303
        await sign_in(one.client, "ann")
        await age(created=3601)
        assert (await one.client.get("/")).status_code == 303
        await sign_in(one.client, "ann")
        await one.desk.accounts.set_role("ann", Role.ADMINISTRATOR, "test")
        assert (await one.client.get("/")).text == "ann administrator"
        await one.desk.accounts.remove("ann", "test")
        assert (await one.client.get("/")).status_code == 303


async def test_signing_out_everywhere(tmp_path: Path) -> None:
    async with console(tmp_path) as one, one.browser() as other:
        await one.add("ann")
        await sign_in(one.client, "ann")
        await sign_in(other, "ann")
        token = csrf(await other.get("/signin/code"))
        done = await other.post("/signout/everywhere", data={"csrf": token})
        assert done.status_code == 303
        for client in (one.client, other):
            assert (await client.get("/")).status_code == 303


async def test_a_proxy_is_believed_where_it_is_ours(tmp_path: Path) -> None:
    for proxies, seen in [((), "127.0.0.1"), (("127.0.0.0/8",), "198.51.100.7")]:
        folder = tmp_path / seen
        async with console(folder, proxies=proxies) as one:
            await one.add("ann")
            forwarded = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
            page = await one.client.get("/signin")
            form = {"csrf": csrf(page), "name": "ann", "password": PASSWORD}
            await one.client.post("/signin", data=form, headers=forwarded)
            assert (await one.trail())[-1][3] == f"password from {seen}"


async def test_a_password_is_hashed_anew_when_the_parameters_change(tmp_path: Path) -> None:
    async with console(tmp_path) as one:
        old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
        await one.desk.accounts.add(Account("ann", "viewer", password=old), "test")
        assert (await sign_in(one.client, "ann")).status_code == 303
        found = await one.desk.accounts.find("ann")
        assert found is not None
        assert found.password != old
        assert "m=65536,t=3,p=4" in found.password
        assert passwords.right(found.password, PASSWORD)
