from __future__ import annotations

from typing import TYPE_CHECKING, Any

from missent.memory.decided import Decision
from missent.memory.interface import Batch
from missent.testing.api import problem, told
from missent.web.tokens import Scope

if TYPE_CHECKING:
    from missent.core.finding import Json
    from missent.testing.api import Api

AT = 1_764_072_000  # 2025-11-25T12:00:00Z
FOUND: dict[str, Json] = {
    "code": "T101", "probability": 0.99, "summary": "It is `army.mil`.",
    "did_you_mean": ["gen@army.mil"], "evidence": {"slip": ["omission"]},
}  # fmt: skip


async def fill(api: Api, count: int = 3) -> None:
    made = [
        Decision(
            AT + number, "ann@corp.example", f"gen{number}@army.ml", "block", ("T101",), 0.99,
            ("gen@army.mil",), "refused", f"{number}@corp.example", enforced=True,
            findings=(FOUND,),
        )
        for number in range(count)
    ]  # fmt: skip
    await api.store.write(Batch(decisions=made))


async def listed(api: Api, query: str = "") -> dict[str, Any]:
    answer = await api.http.get(f"/v1/decisions{query}")
    assert answer.status_code == 200, answer.text
    return told(answer)


async def test_decisions_are_paged_newest_first_with_their_evidence(api: Api) -> None:
    await fill(api)
    await api.bearer(Scope.DECISIONS_READ)
    page = await listed(api, "?limit=2")
    assert [one["recipient"] for one in page["decisions"]] == ["gen2@army.ml", "gen1@army.ml"]
    assert page["decisions"][0] == {
        "number": 3, "at": "2025-11-25T12:00:02Z", "sender": "ann@corp.example",
        "recipient": "gen2@army.ml", "action": "block", "codes": ["T101"], "probability": 0.99,
        "did_you_mean": ["gen@army.mil"], "disposition": "refused",
        "message_id": "2@corp.example", "enforced": True, "findings": [FOUND], "judgement": None,
    }  # fmt: skip
    rest = await listed(api, f"?limit=2&before={page['next']}")
    assert [one["number"] for one in rest["decisions"]] == [1]
    assert rest["next"] is None
    assert told(await api.http.get("/v1/decisions/3")) == page["decisions"][0]


async def test_they_are_sought(api: Api) -> None:
    await fill(api)
    await api.bearer(Scope.DECISIONS_READ)
    for query, numbers in (
        ("?since=2025-11-25T12:00:01Z", [3, 2]),
        ("?until=2025-11-25T13:00:01%2B01:00", [1]),
        ("?recipient=gen1@army.ml", [2]),
        ("?recipient=*.ml&sender=corp.example", [3, 2, 1]),
        ("?text=GEN2", [3]),
        ("?code=T104", []),
        ("?action=hold", []),
        ("?judgement=none", [3, 2, 1]),
    ):
        found = [one["number"] for one in (await listed(api, query))["decisions"]]
        assert found == numbers, query


async def test_a_judgement_is_kept_and_noted(api: Api) -> None:
    await fill(api)
    await api.bearer(Scope.DECISIONS_READ, Scope.DECISIONS_WRITE)
    answer = await api.http.put("/v1/decisions/2/judgement", json={"right": False})
    assert (answer.status_code, told(answer)["right"]) == (200, False)
    who = "token decisions.read-decisions.write"
    assert told(answer)["by"] == who
    assert [one["number"] for one in (await listed(api, "?judgement=wrong"))["decisions"]] == [2]
    gone = await api.http.delete("/v1/decisions/2/judgement")
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await listed(api, "?judgement=wrong"))["decisions"] == []
    noted = [one for one in await api.trail.rows() if one.action == "judge decision"]
    assert [(one.who, one.object, one.detail) for one in noted] == [
        (who, "2", "taken back"),
        (who, "2", "wrong"),
    ]


async def test_what_is_wrong_is_told(api: Api) -> None:
    await fill(api)
    await api.bearer(Scope.DECISIONS_READ, Scope.DECISIONS_WRITE)
    for query in (
        "?since=yesterday", "?since=12", "?limit=0", "?limit=501", "?before=0", "?code=t101",
        "?recipient=@", "?text=", "?text=%00", f"?before={1 << 64}", "?judgement=maybe",
    ):  # fmt: skip
        status, body = problem(await api.http.get(f"/v1/decisions{query}"))
        name = query[1:].partition("=")[0]
        assert (status, str(body["detail"]).startswith(f"query.{name}: ")) == (422, True), query
    status, body = problem(await api.http.get("/v1/decisions?recipent=gen0@army.ml"))
    assert (status, str(body["detail"]).startswith("query.recipent: no such")) == (422, True)
    assert "recipient" in str(body["detail"])
    for method, path in (("GET", "/7"), ("PUT", "/7/judgement"), ("DELETE", "/7/judgement")):
        said = {"right": True} if method == "PUT" else None
        answer = await api.http.request(method, f"/v1/decisions{path}", json=said)
        assert problem(answer)[0] == 404
    answer = await api.http.post("/v1/decisions/1/judgement", json={"right": True})
    assert (problem(answer)[0], answer.headers["Allow"]) == (405, "DELETE, PUT")
