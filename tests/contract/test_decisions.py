"""Decisions as the console looks through them: paged, judged, counted by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from missent.core.pattern import Pattern
from missent.memory.counted import Counted, Overridden, Slip
from missent.memory.decided import Decision, Judgement, Sought
from missent.memory.interface import DAY, Batch
from missent.memory.sql import decisions

if TYPE_CHECKING:
    import pytest

    from missent.memory.sql.store import SqlStore

ANN, BOB = "ann@corp.example", "bob@corp.example"
FOUND = {
    "code": "T101", "probability": 0.93, "summary": "`army.ml` is `army.mil`.",
    "did_you_mean": ["gen@army.mil"], "evidence": {"slip": ["omission", 2], "known": False},
}  # fmt: skip


def made(at: int, recipient: str = "gen@army.ml", **said: Any) -> Decision:
    plain = {"sender": ANN, "action": "block", "codes": ("T101",), "disposition": "refused"}
    return Decision(at=at, recipient=recipient, **plain | said)


async def pages(store: SqlStore, limit: int, **sought: Any) -> list[list[int]]:
    """The moments on each page, until the end."""
    found, before = [], None
    while True:
        page = await store.latest(before=before, limit=limit, sought=Sought(**sought))
        found.append([decision.at for _, decision in page.rows])
        before = page.next
        if before is None:
            return found


async def moments(store: SqlStore, **sought: Any) -> list[int]:
    return [at for page in await pages(store, 50, **sought) for at in page]


async def test_the_findings_are_kept_whole(store: SqlStore) -> None:
    await store.write(Batch(decisions=[made(100, findings=(FOUND,)), made(101)]))
    (number, first), (other, second) = await store.decisions()
    assert first.findings == (FOUND,)
    assert second.findings == ()
    assert await store.decision(number) == first
    assert await store.decision(other) == second
    assert await store.decision(other + 1) is None


async def test_very_long_findings_go_without_their_evidence(store: SqlStore) -> None:
    long = {**FOUND, "evidence": {"names": ["x" * 100] * 500}}
    endless = {**FOUND, "summary": "half \ud800 a \x00 pair" + "x" * 50_000}
    half = {**FOUND, "summary": "half \ud800 a \x00 pair"}
    await store.write(Batch(decisions=[made(1, findings=(one,)) for one in (long, endless, half)]))
    kept = [decision.findings for _, decision in await store.decisions()]
    assert kept == [
        ({**FOUND, "evidence": {}},),
        (),
        ({**FOUND, "summary": "half ? a \x00 pair"},),
    ]


async def test_pages_go_from_the_newest_to_the_oldest_and_miss_nothing(store: SqlStore) -> None:
    at = [5, 3, 3, 9, 1, 7, 3, 8]  # written by several processes, not in order
    await store.write(Batch(decisions=[made(one) for one in at]))
    for limit in (1, 2, 3, 50):
        found = await pages(store, limit)
        assert [one for page in found for one in page] == sorted(at, reverse=True)
        assert all(len(page) == limit for page in found[:-1])


async def test_what_is_new_or_gone_does_not_disturb_the_next_page(store: SqlStore) -> None:
    await store.write(Batch(decisions=[made(at, f"{at}@army.ml") for at in range(1, 7)]))
    first = await store.latest(limit=3)
    assert [d.at for _, d in first.rows] == [6, 5, 4]
    await store.write(Batch(decisions=[made(8)]))
    await store.forget("4@army.ml")
    second = await store.latest(before=first.next, limit=3)
    assert [d.at for _, d in second.rows] == [3, 2, 1]
    assert (await store.latest(before=second.next, limit=3)).rows == []


async def test_what_is_sought_is_found_newest_first(store: SqlStore) -> None:
    rows = [
        made(100, codes=("T101", "X901")),
        made(200, "eve@us.army.ml", sender=BOB, action="warn"),
        made(300, "Eve@partner.example", codes=("T1010",), action="hold"),
        made(400, "a_%@notarmy.ml", sender="", codes=("T104",), action="hold"),
    ]
    await store.write(Batch(decisions=rows))
    assert await moments(store) == [400, 300, 200, 100]
    assert await moments(store, since=200, until=400) == [300, 200]
    assert await moments(store, code="T101") == [200, 100]
    assert await moments(store, code="T101", sender=Pattern.parse(ANN)) == [100]
    assert await moments(store, action="hold") == [400, 300]
    assert await moments(store, action="hold", until=400) == [300]
    assert await moments(store, sender=Pattern.parse("corp.example")) == [300, 200, 100]
    assert await moments(store, recipient=Pattern.parse("army.ml")) == [100]
    assert await moments(store, recipient=Pattern.parse("*.army.ml")) == [200]
    assert await moments(store, recipient=Pattern.parse("a_%@notarmy.ml")) == [400]
    assert await moments(store, text="ARMY") == [400, 200, 100]
    assert await moments(store, text="eve") == [300, 200]
    assert await moments(store, text="_%") == [400]
    assert await moments(store, text="nobody") == []


async def test_a_page_that_finds_nothing_says_where_to_go_on(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "_WALK", 10)
    await store.write(Batch(decisions=[made(at, f"{at}@army.ml") for at in range(1, 36)]))
    page = await store.latest(sought=Sought(text="3@army"))
    assert [d.at for _, d in page.rows] == [33]
    assert page.until == 26
    assert page.next is not None
    assert await pages(store, 50, text="3@army") == [[33], [23], [13], [3]]
    assert await pages(store, 50, text="nobody") == [[], [], [], []]
    assert [at for one in await pages(store, 4, code="T101") for at in one] == [*range(35, 0, -1)]


async def test_a_judgement_is_kept_changed_and_taken_back(store: SqlStore) -> None:
    await store.write(Batch(decisions=[made(1), made(2), made(3)]))
    (first, _), (second, _), _ = await store.decisions()
    assert await store.judge(first, Judgement(right=True, by="ann", at=10))
    assert await store.judge(first, Judgement(right=False, by="bob", at=20))
    assert await store.judge(second, Judgement(right=True, by="bob", at=30))
    assert not await store.judge(9_999, Judgement(right=True, by="bob", at=30))
    kept = await store.decision(first)
    assert kept
    assert kept.judgement == Judgement(right=False, by="bob", at=20)
    assert await moments(store, judgement="wrong") == [1]
    assert await moments(store, judgement="right") == [2]
    assert await moments(store, judgement="none") == [3]
    assert await store.judge(first, None)
    assert await moments(store, judgement="none") == [3, 1]


async def test_what_is_forgotten_is_in_no_evidence(store: SqlStore) -> None:
    eve = 'e"ve\\@partner.example'
    named = {**FOUND, "summary": 'perhaps `E"ve\\@partner.example`'}
    await store.write(
        Batch(decisions=[made(1, eve, findings=(FOUND,)), made(2, findings=(named,)), made(3)])
    )
    numbers = [number for number, _ in await store.decisions()]
    for number in numbers:
        await store.judge(number, Judgement(right=True, by="ann", at=5))
    await store.forget(eve)
    assert [decision.findings for _, decision in await store.decisions()] == [(), ()]
    assert [decision.at for _, decision in await store.decisions()] == [2, 3]
    assert await moments(store, code="T101") == [3, 2]
    assert await moments(store, judgement="right") == [3, 2]
    await store.expire(3)
    assert await moments(store, code="T101") == [3]


async def test_prompts_and_overrides_are_counted_by_check_and_by_slip(store: SqlStore) -> None:
    mil: dict[str, Any] = {"did_you_mean": ("gen@army.mil", "x@army.mi"), "enforced": True}
    batch = Batch(
        decisions=[
            made(3 * DAY, **mil),
            made(3 * DAY + 1, codes=("T101", "T101", "R302"), **mil),
            made(3 * DAY + 2, disposition="confirmed", **mil),
            made(3 * DAY + 3, "gen@navy.ml", disposition="warned", action="warn", enforced=True),
            made(3 * DAY + 4, disposition="accepted", did_you_mean=("gen@army.mil",)),
            made(3 * DAY + 5, action="allow"),
        ],
        tally={(3, "messages"): 100, (3, "block"): 4, (3, "warn"): 1},
    )
    await store.write(batch)
    released = Overridden(4 * DAY, "gen@army.ml", ("T101",), "gen@army.mil")
    await store.write(Batch(overridden=[released]))
    third, fourth = await store.days(0, 10)
    assert (third.day, third.messages, third.recipients) == (3, 100, {"block": 4, "warn": 1})
    assert third.codes == {"R302": Counted(1, 1, 0), "T101": Counted(4, 2, 1)}
    assert (fourth.day, fourth.messages, fourth.codes) == (4, 0, {"T101": Counted(0, 0, 1)})
    assert await store.slips(0, 10) == [Slip("army.ml", "army.mil", Counted(3, 2, 2))]
    assert await store.slips(3, 4) == [Slip("army.ml", "army.mil", Counted(3, 2, 1))]
    assert await store.days(5, 10) == []
    await store.expire(4 * DAY)
    assert [day.day for day in await store.days(0, 10)] == [4]


async def test_slips_come_by_how_often_they_were_averted(store: SqlStore) -> None:
    def asked(typed: str, count: int) -> list[Decision]:
        return [made(DAY, f"a@{typed}", did_you_mean=("a@meant.example",), enforced=True)] * count

    await store.write(
        Batch(
            decisions=[*asked("one.example", 1), *asked("two.example", 3), *asked("x.example", 4)],
            overridden=[Overridden(DAY, "a@x.example", (), "a@meant.example")] * 5,
        )
    )
    found = await store.slips(0, 10, limit=3)
    assert [(slip.typed, slip.counted.averted) for slip in found] == [
        ("two.example", 3),
        ("one.example", 1),
        ("x.example", 0),
    ]
    assert len(await store.slips(0, 10, limit=1)) == 1
