from __future__ import annotations

from typing import TYPE_CHECKING, Any

from missent.memory.interface import Batch
from missent.memory.learned import Delta, Lesson
from missent.testing.api import problem, told
from missent.web.tokens import Scope

if TYPE_CHECKING:
    from missent.testing.api import Api

ANN, BOB = "ann@corp.example", "bob@corp.example"
PAIRS = [
    (ANN, "a@x.example"), (ANN, "b@x.example"), (BOB, "b@x.example"), (BOB, "c@y.example"),
    ("", "c@y.example"),
]  # fmt: skip


async def fill(api: Api) -> None:
    lessons = [Lesson((Delta(who, where, 86_400, sent=2),)) for who, where in PAIRS]
    await api.store.write(Batch(lessons))


async def listed(api: Api, query: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    after = ""
    while True:
        answer = await api.http.get(f"/v1/contacts?{query}{after}")
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = told(answer)
        found += [(one["sender"], one["address"]) for one in page["contacts"]]
        if page["next"] is None:
            return found
        after = f"&after={page['next']}"


async def test_contacts_are_paged_and_looked_up(api: Api) -> None:
    await fill(api)
    await api.bearer(Scope.CONTACTS_READ)
    everyone = sorted(PAIRS, key=lambda pair: (*reversed(pair[1].split("@")), pair[0]))
    for limit in (1, 2, 5, 500):
        assert await listed(api, f"limit={limit}") == everyone
    assert await listed(api, "address=B@X.example") == [(ANN, "b@x.example"), (BOB, "b@x.example")]
    assert await listed(api, "domain=Y.example") == [("", "c@y.example"), (BOB, "c@y.example")]
    assert await listed(api, f"sender={ANN}&limit=1") == everyone[:2]
    assert await listed(api, f"sender={BOB}&domain=x.example") == [(BOB, "b@x.example")]
    one = told(await api.http.get("/v1/contacts?address=a@x.example"))["contacts"][0]
    assert one == {
        "address": "a@x.example", "sender": ANN, "sent": 2, "received": 0, "bounced": 0,
        "first": "1970-01-02T00:00:00Z", "last": "1970-01-02T00:00:00Z", "confirmed": False,
    }  # fmt: skip


async def test_what_is_wrong_is_told(api: Api) -> None:
    await api.bearer(Scope.CONTACTS_READ)
    for query in (
        "address=no", "domain=..", "domain=a%00b", "sender=x", "limit=0", "after=x", "after=W10=",
        "after=é", "after=WzEsMiwzLDRd", "domain=x.example&address=a@y.example",
    ):  # fmt: skip
        status, body = problem(await api.http.get(f"/v1/contacts?{query}"))
        assert (status, str(body["detail"]).startswith("query.")) == (422, True), query
