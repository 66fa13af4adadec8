from __future__ import annotations

from typing import TYPE_CHECKING, Any

from missent.memory.decided import Decision
from missent.memory.interface import Batch
from missent.testing.console import visiting
from missent.web.access import Role

if TYPE_CHECKING:
    from pathlib import Path

    from missent.testing.console import Visit

FOUND: dict[str, Any] = {
    "code": "T101", "probability": 0.99, "summary": "`army.ml` is `army.mil`.",
    "evidence": {"slip": ["omission", 2], "known": False},
}  # fmt: skip


async def fill(visit: Visit, count: int = 1) -> None:
    made = [
        Decision(1_000_000 + n, "ann@corp.example", f"g{n}@army.ml", "block", ("T101",), 0.99,
                 (f"g{n}@army.mil",), "refused", findings=(FOUND,))
        for n in range(count)
    ]  # fmt: skip
    await visit.store.write(Batch(decisions=made))


async def test_search_and_paging(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        await fill(visit, 120)
        page = await visit.get("/decisions", Role.VIEWER)
        assert page.text.count("<tr") == 51
        assert "g119@army.m" in page.text
        older = await visit.get("/decisions?before=21")
        assert "g19@" in older.text
        assert "g20@" not in older.text
        some = await visit.get("/decisions?q=G77&action=block&code=t101&judgement=none")
        assert some.text.count("<tr") == 2
        none = await visit.get("/decisions?q=%3Cscript%3E&from=1970-01-02&to=1970-01-02")
        assert "No decision fits" in none.text
        assert "<script>" not in none.text
        dated = await visit.get("/decisions?from=1970-01-12&to=1970-01-12")
        assert dated.text.count("<tr") == 51
        for wild in ("before=x", "before=99999999999999999999", "from=9999-99-99", "action=%00"):
            assert (await visit.get(f"/decisions?{wild}")).status_code == 200


async def test_a_decision_is_judged_and_the_trail_says_by_whom(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        await fill(visit)
        page = await visit.get("/decisions/1", Role.VIEWER)
        assert "The evidence" in page.text
        assert "omission" in page.text
        assert "This was right" not in page.text
        path = "/decisions/1/judge"
        assert (await visit.post(path, {"right": "no"}, Role.VIEWER)).status_code == 403
        done = await visit.post(path, {"right": "no"}, Role.REVIEWER)
        assert (done.status_code, done.headers["Location"]) == (303, "/decisions/1#judgement")
        one = await visit.store.decision(1)
        assert one is not None
        assert one.judgement is not None
        assert (one.judgement.right, one.judgement.by) == (False, "reviewer")
        assert "this was <strong>wrong</strong>" in (await visit.get("/decisions/1")).text
        await visit.post(path, {"right": "back"}, Role.REVIEWER)
        one = await visit.store.decision(1)
        assert one is not None
        assert one.judgement is None
        assert (await visit.post(path, {"right": "perhaps"})).status_code == 400
        assert (await visit.post("/decisions/7/judge", {"right": "yes"})).status_code == 404
        assert [(e.who, e.action, e.object, e.detail) for e in await visit.trail()] == [
            ("reviewer", "judge decision", "1", "taken back"),
            ("reviewer", "judge decision", "1", "wrong"),
        ]


async def test_there_is_no_such_decision(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        for number in ("1", "x", "-1", "99999999999999999999999", "%00"):
            assert (await visit.get(f"/decisions/{number}")).status_code == 404
