"""Signing in at `missent serve` itself: accounts by the command line, two processes, a provider."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from missent.testing import oidc
from missent.testing.postfix import free_port
from missent.testing.serve import Serve
from missent.testing.signin import PASSWORD, csrf, sign_in
from missent.testing.web import browser

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e
SETTINGS = """
[store]
url = "sqlite:///{base}/missent.db"
[serve]
workers = 2
[relay]
listen = "127.0.0.1:0"
outbox = "{base}/outbox"
[web]
listen = "127.0.0.1:PORT"
url = "http://127.0.0.1:PORT"
OIDC
"""
OIDC = """
[web.oidc]
issuer = "ISSUER"
client_id = "missent"
client_secret_file = "{base}/oidc.secret"
label = "Corp ID"
"""


@contextmanager
def served(folder: Path, issuer: str = "") -> Iterator[tuple[str, Serve]]:
    (folder / "oidc.secret").write_text(f"{oidc.SECRET}\n")
    port = str(free_port())
    more = OIDC.replace("ISSUER", issuer) if issuer else ""
    settings = SETTINGS.replace("PORT", port).replace("OIDC", more)
    with Serve.with_settings(folder, settings) as running:
        yield f"http://127.0.0.1:{port}", running


def missent(running: Serve, *words: str, given: str = "") -> str:
    command: list[str | Path] = [
        Path(sys.executable).with_name("missent"),
        "--config",
        running.config,
        *words,
    ]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    return done.stdout


async def test_who_guesses_is_slowed_by_all_processes_together(tmp_path: Path) -> None:
    with served(tmp_path) as (url, running):
        missent(running, "user", "add", "ann", "--role", "reviewer", given=PASSWORD)
        async with browser(url) as owner, browser(url) as stranger:
            assert (await sign_in(owner, "ann")).status_code == 303
            assert (await owner.get("/held")).status_code == 200
            assert (await owner.get("/trail")).status_code == 403
            looked_at = 0
            for _ in range(14):
                # a connection for each, so that both processes are asked
                async with browser(url) as one:
                    looked_at += (await sign_in(one, "ann", "wrong")).status_code == 401
            assert looked_at <= 11
            assert (await sign_in(stranger, "ann")).status_code == 429
            owner.cookies.delete("missent-session")
            assert (await sign_in(owner, "ann")).status_code == 303  # a known browser
            missent(running, "user", "unlock", "ann")
            assert (await sign_in(stranger, "ann")).status_code == 303
            missent(running, "user", "role", "ann", "administrator")
            assert (await stranger.get("/trail")).status_code == 200
            missent(running, "user", "remove", "ann")
            for client in (owner, stranger):
                assert (await client.get("/held")).status_code == 303
        assert "are as they were written" in missent(running, "trail", "verify")
        exported = [json.loads(line) for line in missent(running, "trail", "export").splitlines()]
        assert [one["action"] for one in exported][:2] == ["add user", "sign in"]
        digests = {line["digest"] for line in running.events("trail")}
        assert digests <= {one["digest"] for one in exported}
        assert digests
        assert PASSWORD not in running.log


async def test_in_by_the_provider_of_the_settings(tmp_path: Path) -> None:
    async with oidc.fake_provider() as provider:
        with served(tmp_path, provider.issuer) as (url, running):
            async with browser(url) as client:
                page = await client.get("/signin")
                assert "Sign in with Corp ID" in page.text
                there = await client.get("/signin/provider?next=/decisions")
                async with httpx.AsyncClient(trust_env=False) as elsewhere:
                    back = await elsewhere.get(there.headers["Location"])
                done = await client.get(back.headers["Location"])
                assert done.headers["Location"] == "/decisions"
                page = await client.get("/account")
                assert "ann@corp.example" in page.text
                assert "Your password is kept at" in page.text
                out = await client.post("/signout", data={"csrf": csrf(page)})
                assert out.status_code == 303
                assert (await client.get("/decisions")).status_code == 303
            assert oidc.SECRET not in running.log
            line = missent(running, "user", "list")
            assert line.startswith("ann@corp.example")
