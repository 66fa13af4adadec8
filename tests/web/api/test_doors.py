from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from missent.testing.api import api_at, problem, told
from missent.web.api import doors
from missent.web.sql.tokens import SqlTokens
from missent.web.tokens import Scope, digest

if TYPE_CHECKING:
    from pathlib import Path

    from missent.testing.api import Api

ASKED = {"recipients": ["gen@army.ml"]}
EVERYTHING = [
    ("POST", "/v1/screen", {Scope.SCREEN, Scope.FORM}),
    ("GET", "/v1/held", {Scope.HELD_READ}),
    ("GET", "/v1/held/00112233445566aa", {Scope.HELD_READ}),
    ("POST", "/v1/held/00112233445566aa/release", {Scope.HELD_WRITE}),
    ("POST", "/v1/held/00112233445566aa/redirect", {Scope.HELD_WRITE}),
    ("POST", "/v1/held/00112233445566aa/discard", {Scope.HELD_WRITE}),
    ("GET", "/v1/decisions", {Scope.DECISIONS_READ}),
    ("GET", "/v1/decisions/1", {Scope.DECISIONS_READ}),
    ("PUT", "/v1/decisions/1/judgement", {Scope.DECISIONS_WRITE}),
    ("DELETE", "/v1/decisions/1/judgement", {Scope.DECISIONS_WRITE}),
    ("GET", "/v1/exceptions", {Scope.EXCEPTIONS_READ}),
    ("POST", "/v1/exceptions", {Scope.EXCEPTIONS_WRITE}),
    ("GET", "/v1/exceptions/1", {Scope.EXCEPTIONS_READ}),
    ("DELETE", "/v1/exceptions/1", {Scope.EXCEPTIONS_WRITE}),
    ("GET", "/v1/contacts", {Scope.CONTACTS_READ}),
]


def _files(folder: Path) -> list[Path]:
    return [one for one in folder.iterdir() if one.is_file()]


async def test_every_operation_needs_its_scope_and_no_other(tmp_path: Path) -> None:
    async with api_at(tmp_path, web={"url": "http://x", "api": {"per_address": 1000}}) as api:
        paths = told(await api.http.get("/openapi.json"))["paths"]
        operations = {
            (method.upper(), path)
            for path, methods in paths.items()
            for method in methods
            if path.startswith("/v1/")
        }
        given = {"00112233445566aa": "{name}", "/1": "/{number}"}
        tried = set()
        secrets = {scope: await api.secret(scope) for scope in Scope}
        for method, path, scopes in EVERYTHING:
            plain = path
            for value, name in given.items():
                plain = plain.replace(value, name)
            tried.add((method, plain))
            status, body = problem(await api.http.request(method, path))
            assert (status, "missent token add" in str(body["detail"])) == (401, True)
            for scope, secret in secrets.items():
                headers = {"Authorization": f"Bearer {secret}"}
                answer = await api.http.request(method, path, headers=headers)
                assert (answer.status_code != 403) is (scope in scopes), (method, path, scope)
                assert answer.status_code != 401
        assert tried == operations


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer missent_nothing", "Basic eA==", "Bearer é"]
)
async def test_what_is_no_token_is_refused(api: Api, given: str) -> None:
    headers = {b"Authorization": given.encode()} if given else {}
    answer = await api.http.post("/v1/screen", json=ASKED, headers=headers)
    assert problem(answer)[0] == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_token_ends_when_it_is_revoked_and_when_it_expires(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "_KNOWN", 0.0)
    now = int(time.time())
    old = await api.secret(Scope.SCREEN, name="old", expires=now - 1)
    new = await api.secret(Scope.SCREEN, name="new", expires=now + 3600)

    async def status(secret: str) -> int:
        headers = {"Authorization": f"Bearer {secret}"}
        return (await api.http.post("/v1/screen", json=ASKED, headers=headers)).status_code

    assert (await status(old), await status(new)) == (401, 200)
    assert await SqlTokens(api.store).revoke("new", "ann", now)
    assert await status(new) == 401


async def test_a_revoked_token_that_is_known_ends_within_seconds(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.bearer(Scope.SCREEN)
    assert (await api.http.post("/v1/screen", json=ASKED)).status_code == 200
    await SqlTokens(api.store).revoke("screen", "ann", 1)
    later = time.monotonic() + doors._KNOWN
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert (await api.http.post("/v1/screen", json=ASKED)).status_code == 401


async def test_the_secret_is_kept_nowhere(api: Api, tmp_path: Path) -> None:
    secret = await api.secret(Scope.SCREEN)
    kept = b"".join(one.read_bytes() for one in _files(tmp_path))
    assert digest(secret) in kept
    assert secret.encode() not in kept
    found = await SqlTokens(api.store).find(digest(secret))
    assert found
    assert found.used is None
    await api.http.post("/v1/screen", json=ASKED, headers={"Authorization": f"Bearer {secret}"})
    used = await SqlTokens(api.store).find(digest(secret))
    assert used
    assert used.used


async def test_a_name_stands_for_one_token_that_holds(api: Api) -> None:
    tokens = SqlTokens(api.store)
    await tokens.add("desk", [Scope.SCREEN], "ann", at=1)
    with pytest.raises(ValueError, match="there is a token 'desk'"):
        await tokens.add("desk", [Scope.SCREEN], "ann", at=2)
    assert await tokens.revoke("desk", "ann", 3)
    assert not await tokens.revoke("desk", "ann", 4)
    await tokens.add("desk", [Scope.METRICS, Scope.SCREEN], "ann", at=5)
    assert [(one.name, one.revoked) for one in await tokens.all()] == [("desk", 3), ("desk", None)]
    done = [(one.who, one.action, one.object, one.detail) for one in await api.trail.rows()]
    assert done == [
        ("ann", "add token", "desk", "metrics screen"),
        ("ann", "revoke token", "desk", ""),
        ("ann", "add token", "desk", "screen"),
    ]


async def test_too_many_requests_are_told_when_to_come_again(tmp_path: Path) -> None:
    limits = {"per_token": 3, "per_address": 2}
    async with api_at(tmp_path, web={"url": "http://x", "api": limits}) as api:
        await api.bearer(Scope.SCREEN)
        asked = [await api.http.post("/v1/screen", json=ASKED) for _ in range(4)]
        assert [one.status_code for one in asked] == [200, 200, 200, 429]
        assert problem(asked[-1])[0] == 429
        assert 1 <= int(asked[-1].headers["Retry-After"]) <= 20
        wrong = {"Authorization": "Bearer missent_wrong"}
        tries = [await api.http.get("/v1/held", headers=wrong) for _ in range(3)]
        assert [problem(one)[0] for one in tries] == [401, 401, 429]
        assert 1 <= int(tries[-1].headers["Retry-After"]) <= 30
        # Who has a token that is known goes on from the same address.
        assert (await api.http.get("/livez")).status_code == 200


async def test_a_token_for_forms_is_limited_by_address(tmp_path: Path) -> None:
    limits = {"per_token": 100, "per_address": 2}
    async with api_at(tmp_path, web={"url": "http://x", "api": limits}) as api:
        await api.bearer(Scope.FORM)
        asked = [await api.http.post("/v1/screen", json=ASKED) for _ in range(3)]
        assert [one.status_code for one in asked] == [200, 200, 429]
