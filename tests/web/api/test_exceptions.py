from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from missent.testing.api import problem, told
from missent.web.tokens import Scope

if TYPE_CHECKING:
    from missent.testing.api import Api

WANTED = {
    "pattern": "*.ml", "owner": "ann", "reason": "we deal with Mali",
    "expires": "2999-12-31T00:00:00Z", "sender": "ann@corp.example",
}  # fmt: skip


async def test_an_exception_is_made_listed_and_ended(api: Api) -> None:
    await api.bearer(Scope.EXCEPTIONS_READ, Scope.EXCEPTIONS_WRITE)
    made = await api.http.post("/v1/exceptions", json=WANTED)
    assert made.status_code == 201
    place = made.headers["Location"]
    body = told(made)
    assert {name: body[name] for name in WANTED} == WANTED
    assert told(await api.http.get(place)) == body
    assert told(await api.http.get("/v1/exceptions")) == {"exceptions": [body]}
    assert (await api.http.delete(place)).status_code == 204
    assert problem(await api.http.delete(place))[0] == 404
    assert problem(await api.http.get(place))[0] == 404
    assert told(await api.http.get("/v1/exceptions")) == {"exceptions": []}
    noted = [(one.action, one.object, one.detail) for one in await api.trail.rows()][:2]
    assert noted == [
        ("end exception", str(body["number"]), "*.ml"),
        ("add exception", "*.ml", "ann: we deal with Mali"),
    ]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"pattern": "*"}, "body.pattern"),
        ({"pattern": "@ml"}, "body.pattern"),
        ({"owner": ""}, "body.owner"),
        ({"owner": "a\x00b"}, "body.owner"),
        ({"reason": None}, "body.reason"),
        ({"expires": "soon"}, "body.expires"),
        ({"expires": 12}, "body.expires"),
        ({"expires": "1999-01-01T00:00:00Z"}, "body.expires"),
        ({"sender": "no address"}, "body.sender"),
        ({"sendr": "ann@corp.example"}, "body.sendr"),
    ],
)
async def test_what_is_wrong_is_told(api: Api, change: dict[str, object], where: str) -> None:
    await api.bearer(Scope.EXCEPTIONS_READ, Scope.EXCEPTIONS_WRITE)
    status, body = problem(await api.http.post("/v1/exceptions", json=WANTED | change))
    assert (status, str(body["detail"]).startswith(f"{where}: ")) == (422, True), body
    assert await api.store.exceptions() == []
