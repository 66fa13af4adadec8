from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from missent.smtp.events import End, Rcpt
from missent.testing.api import problem, told
from missent.testing.hold import GEN, MEANT, hold, states, suspect
from missent.web.tokens import Scope

if TYPE_CHECKING:
    from missent.testing.api import Api

BOTH = (Scope.HELD_READ, Scope.HELD_WRITE)


async def act(api: Api, name: str, what: str, **said: Any) -> tuple[int, dict[str, Any]]:
    answer = await api.http.post(f"/v1/held/{name}/{what}", json=said)
    return answer.status_code, told(answer)


async def test_what_waits_is_listed_without_its_content(api: Api) -> None:
    name = await hold(api.room, suspect(), suspect("joe@gmial.com", "joe@gmail.com"))
    await api.bearer(*BOTH)
    answer = await api.http.get("/v1/held")
    (held,) = told(answer)["messages"]
    assert (held["name"], held["mail_from"]) == (name, "ann@corp.example")
    assert [(one["number"], one["rcpt_to"], one["state"]) for one in held["recipients"]] == [
        (1, GEN, "held"),
        (2, "joe@gmial.com", "held"),
    ]
    assert held["recipients"][0]["reasons"] == [{"code": "T101", "summary": "`.ml` is Mali's."}]
    assert held["recipients"][0]["did_you_mean"] == [MEANT]
    assert "the end" not in answer.text
    assert "Room" not in answer.text
    record = told(await api.http.get(f"/v1/held/{name}"))
    assert [(one["recipient"], one["what"]) for one in record["steps"]][:2] == [
        (1, "held"),
        (2, "held"),
    ]


@pytest.mark.parametrize(
    ("what", "said", "state", "to"),
    [
        ("release", {}, "released", GEN),
        ("redirect", {"address": MEANT}, "redirected", MEANT),
        ("discard", {"why": "asked by phone"}, "discarded", None),
    ],
)
async def test_a_choice_is_carried_out_and_noted(
    api: Api, what: str, said: dict[str, str], state: str, to: str | None
) -> None:
    name = await hold(api.room)
    await api.bearer(*BOTH)
    assert await act(api, name, what, **said) == (
        200,
        {"name": name, "recipients": [{"number": 1, "state": state}]},
    )
    if to is not None:
        for _ in range(200):
            if any(isinstance(event, End) for event in api.hop.events):
                break
            await asyncio.sleep(0.05)
        sent = [str(event.address) for event in api.hop.events if isinstance(event, Rcpt)]
        assert sent == [to]
    status, body = await act(api, name, what, **said)
    assert (status, "nothing of it waits" in body["detail"]) == (409, True)
    (entry,) = [one for one in await api.trail.rows() if one.action.endswith("held")]
    assert (entry.who, entry.action) == ("token held.read-held.write", f"{what} held")
    assert entry.object == f"{name}/1"
    assert (
        entry.detail
        == {
            "release": GEN,
            "redirect": f"{GEN}, sent to {MEANT} instead",
            "discard": f"{GEN}; asked by phone",
        }[what]
    )
    assert told(await api.http.get("/v1/held"))["messages"] == []
    assert len(told(await api.http.get("/v1/held?all=true"))["messages"]) == 1


async def test_what_waits_is_listed_page_by_page(api: Api) -> None:
    names = {await hold(api.room, suspect(f"gen{n}@army.ml")) for n in range(5)}
    await api.bearer(Scope.HELD_READ)
    for limit in (1, 2, 5, 9):
        found: list[str] = []
        after = ""
        while True:
            page = told(await api.http.get(f"/v1/held?limit={limit}{after}"))
            assert len(page["messages"]) <= limit
            found += [one["name"] for one in page["messages"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert len(found) == len(names)
        assert set(found) == names
    for query in ("limit=0", "limit=501", "after=x", "after=W10=", "after=WyJ4IiwieCJd"):
        status, body = problem(await api.http.get(f"/v1/held?{query}"))
        assert (status, str(body["detail"]).startswith("query.")) == (422, True), query


async def test_one_recipient_is_decided_by_its_number(api: Api) -> None:
    name = await hold(api.room, suspect(), suspect("joe@gmial.com", "joe@gmail.com"))
    await api.bearer(*BOTH)
    assert (await act(api, name, "discard", recipient=2))[0] == 200
    assert await states(api.room.store, name) == ["held", "discarded"]
    assert (await act(api, name, "discard", recipient=2))[0] == 409
    assert (await act(api, name, "discard", recipient=3))[0] == 404
    status, done = await act(api, name, "discard")
    assert (status, done["recipients"]) == (200, [{"number": 1, "state": "discarded"}])


async def test_what_is_wrong_is_told_and_changes_nothing(api: Api) -> None:
    name = await hold(api.room)
    await api.bearer(*BOTH)
    for path, said, status in (
        ("0011223344556677/release", {}, 404),
        ("nothing/release", {}, 422),
        (f"{name}/redirect", {}, 422),
        (f"{name}/redirect", {"address": "no address"}, 422),
        (f"{name}/release", {"recipient": 0}, 422),
        (f"{name}/release", {"why": "two\nlines"}, 422),
        (f"{name}/release", {"recipent": 1}, 422),
        (f"{name}/explode", {}, 404),
    ):
        answer = await api.http.post(f"/v1/held/{path}", json=said)
        assert problem(answer)[0] == status, path
    answer = await api.http.get(f"/v1/held/{name}/release")
    assert problem(answer)[0] == 405
    assert answer.headers["Allow"] == "POST"
    assert await states(api.room.store, name) == ["held"]
    assert [one for one in await api.trail.rows() if one.action.endswith("held")] == []
