"""Errors in one shape, CORS, health, metrics and the committed description."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

from missent.core.errors import StoreError
from missent.testing.api import api_at, problem, told
from missent.testing.hold import hold
from missent.web.api import health
from missent.web.api.app import describe
from missent.web.api.health import _loopback
from missent.web.tokens import Scope

if TYPE_CHECKING:
    import pytest

    from missent.testing.api import Api

COMMITTED = Path(__file__).parents[3] / "docs/reference/openapi.json"
PAGE = "https://www.corp.example"


async def test_it_is_served(api: Api) -> None:
    answer = await api.http.get("/openapi.json")
    assert told(answer) == describe().openapi()
    assert told(answer)["openapi"].startswith("3.1")
    assert told(answer) == json.loads(COMMITTED.read_text("utf-8")), "run `make docs`"


async def test_errors_have_one_shape(api: Api) -> None:
    for method, path, status in (
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1", 404),
        ("GET", "/v1/", 404),
        ("GET", "/v1/screen", 405),
        ("DELETE", "/livez", 405),
        ("OPTIONS", "/v1/screen", 405),
        ("POST", "/v1/screen", 401),
    ):
        found, body = problem(await api.http.request(method, path))
        assert found == status, (method, path)
        assert "errors" not in body
    await api.bearer()
    long = await api.http.put("/v1/decisions/1/judgement", content=b" " * (2 << 20))
    assert problem(long)[0] == 413


async def test_a_fault_of_ours_is_told_without_its_inside(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret inside")

    async def gone(*_: object, **__: object) -> None:
        raise StoreError("the store is away")

    await api.bearer()
    await api.http.get("/v1/decisions")
    monkeypatch.setattr(api.store, "latest", broken)
    answer = await api.http.get("/v1/decisions")
    assert (problem(answer)[0], "secret" in answer.text) == (500, False)
    monkeypatch.setattr(api.store, "latest", gone)
    answer = await api.http.get("/v1/decisions")
    assert (problem(answer)[0], "Retry-After" in answer.headers) == (503, True)
    assert (await api.http.get("/readyz")).status_code == 200
    monkeypatch.setattr(api.store, "head", gone)
    assert (await api.http.get("/readyz")).status_code == 200
    monkeypatch.setattr(health, "_FRESH", 0.0)
    await asyncio.sleep(1.05)
    assert problem(await api.http.get("/readyz"))[0] == 503
    assert (await api.http.get("/livez")).status_code == 200


async def test_a_page_of_a_configured_origin_may_ask_and_no_other(tmp_path: Path) -> None:
    web = {"url": "http://x", "api": {"origins": [PAGE]}}
    async with api_at(tmp_path, web=web) as api:
        secret = await api.secret(Scope.FORM)
        preflight = {
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        }
        asked = {"recipients": ["gen@army.ml"]}
        for origin, allowed in ((PAGE, PAGE), ("https://evil.example", None), ("null", None)):
            before = await api.http.options("/v1/screen", headers={**preflight, "Origin": origin})
            assert before.headers.get("Access-Control-Allow-Origin") == allowed
            headers = {"Origin": origin, "Authorization": f"Bearer {secret}"}
            answer = await api.http.post("/v1/screen", json=asked, headers=headers)
            assert answer.headers.get("Access-Control-Allow-Origin") == allowed
            assert "Access-Control-Allow-Credentials" not in answer.headers
            refused = await api.http.post("/v1/screen", headers={"Origin": origin})
            assert refused.headers.get("Access-Control-Allow-Origin") == allowed
            assert problem(refused)[0] == 401


async def test_without_origins_no_page_of_another_site_may(api: Api) -> None:
    answer = await api.http.get("/livez", headers={"Origin": PAGE})
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_a_session_of_the_console_counts_for_nothing(api: Api) -> None:
    answer = await api.http.get("/v1/held", headers={"Cookie": "session=" + "x" * 43})
    assert problem(answer)[0] == 401


async def test_metrics_count_what_happened(api: Api) -> None:
    await api.bearer(Scope.SCREEN)
    await api.http.post("/v1/screen", json={"recipients": ["gen@army.ml", "no"]})
    await api.http.get("/v1/held")
    await api.http.get("/v1/held/x")
    del api.http.headers["Authorization"]
    await api.http.get("/v1/decisions")
    await hold(api.room)
    answer = await api.http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    lines = answer.text.splitlines()
    for line in (
        'missent_api_requests_total{method="POST",route="/v1/screen",status="200"} 1.0',
        'missent_api_requests_total{method="GET",route="/v1/held/{name}",status="403"} 1.0',
        'missent_api_screened_recipients_total{action="block"} 1.0',
        'missent_api_screened_recipients_total{action="undecided"} 1.0',
        'missent_api_refused_total{reason="scope"} 2.0',
        'missent_api_refused_total{reason="token"} 1.0',
        "missent_held_messages 1.0",
        "missent_contacts 0.0",
        "missent_gate_messages_total 0.0",
    ):
        assert line in lines, line
    assert [line for line in lines if line.startswith("process_cpu_seconds_total")]


async def test_metrics_are_for_this_machine_or_for_a_token(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [_loopback(host) for host in ("127.0.0.1", "::1", "192.0.2.1", "", "x")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    monkeypatch.setattr(health, "_loopback", lambda _: False)
    assert problem(await api.http.get("/metrics"))[0] == 401
    await api.bearer(Scope.SCREEN)
    assert problem(await api.http.get("/metrics"))[0] == 403
    await api.bearer(Scope.METRICS)
    assert (await api.http.get("/metrics")).status_code == 200
