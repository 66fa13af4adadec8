from __future__ import annotations

from typing import TYPE_CHECKING

from missent.hold.held import Reason, Suspect
from missent.testing.console import visiting
from missent.testing.hold import ANN, CONTENT, GEN, MEANT, hold, states, suspect
from missent.testing.relay import NextHop, until
from missent.web.access import Role

if TYPE_CHECKING:
    from pathlib import Path

    from missent.hold.room import Room
    from missent.testing.console import Visit


def room_of(visit: Visit) -> Room:
    assert visit.console.room is not None
    return visit.console.room


async def test_what_waits_is_shown_and_its_subject_to_reviewers_alone(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        assert "Nothing waits" in (await visit.get("/held")).text
        name = await hold(room_of(visit))
        page = await visit.get("/held", Role.REVIEWER)
        assert "gen@army.m<mark>i</mark>l" in page.text
        assert "Room 12" in page.text
        seen = await visit.get("/held", Role.VIEWER)
        assert str(ANN) in seen.text
        assert "Room 12" not in seen.text
        assert "Redirect" not in seen.text
        for path in (f"/held/{name}", f"/held/{name}?read=yes"):
            one = await visit.get(path, Role.VIEWER)
            assert (one.status_code, "Room 12" in one.text, "the end" in one.text) == (
                200, False, False,
            )  # fmt: skip
        assert "Nothing that waits" in (await visit.get("/held?q=nobody")).text
        assert "army.m" in (await visit.get("/held?q=ROOM")).text


async def test_reading_a_message_is_noted(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        name = await hold(room_of(visit))
        page = await visit.get(f"/held/{name}", Role.REVIEWER)
        assert "the end" not in page.text
        assert await visit.trail() == []
        page = await visit.get(f"/held/{name}?read=yes", Role.REVIEWER)
        assert "the end" in page.text
        assert [(e.who, e.action, e.object) for e in await visit.trail()] == [
            ("reviewer", "read held", name)
        ]
        for wrong in ("0" * 16, "..%2f..%2fetc%2fpasswd", "x"):
            assert (await visit.get(f"/held/{wrong}")).status_code == 404


async def test_a_choice_says_what_goes_where_before_it_is_done(tmp_path: Path) -> None:
    hop = NextHop()
    async with visiting(tmp_path, hop=hop) as visit:
        name = await hold(room_of(visit))
        store = room_of(visit).store
        ask = await visit.get(f"/held/confirm?one=redirect:{name}:1", Role.REVIEWER)
        assert "Redirect this message?" in ask.text
        assert f'value="{MEANT}"' in ask.text
        assert await states(store, name) == ["held"]
        key = f"{name}:1"
        form: dict[str, object] = {
            "verb": "redirect",
            "do": key,
            f"to:{key}": MEANT,
            "why": "phone",
        }
        assert (await visit.post("/held/decide", form, Role.VIEWER)).status_code == 403
        bad = await visit.post("/held/decide", form | {f"other:{key}": "no address"}, Role.REVIEWER)
        assert (bad.status_code, "Redirect this message?" in bad.text) == (400, True)
        assert await states(store, name) == ["held"]
        done = await visit.post("/held/decide", form, Role.REVIEWER)
        assert (done.status_code, "is on its way" in done.text) == (200, True)
        assert await states(store, name) == ["redirected"]
        await until(lambda: hop.messages)
        assert hop.messages == [CONTENT + b"\r\n"]
        again = await visit.post("/held/decide", form, Role.REVIEWER)
        assert "somebody decided already" in again.text
        steps = await store.steps(name)
        assert ("redirected", "reviewer", "reviewer", "phone") in [
            (step.what, step.who, step.way, step.why) for step in steps
        ]
        [entry, *_] = await visit.trail()
        assert (entry.who, entry.action, entry.object) == (
            "reviewer",
            "redirect held",
            f"{name}/1",
        )
        assert f"sent to {MEANT} instead; phone" in entry.detail
    assert len(hop.messages) == 1


async def test_many_at_once_and_those_that_cannot_are_left_out(tmp_path: Path) -> None:
    hop = NextHop()
    async with visiting(tmp_path, hop=hop) as visit:
        room = room_of(visit)
        alone = Suspect("x@nowhere.ml", (), (Reason("T102", "It cannot be."),))
        names = [await hold(room, one) for one in (suspect(), suspect("joe@navy.ml"), alone)]
        picks = "&".join(f"pick={name}:1" for name in names)
        ask = await visit.get(f"/held/confirm?choice=redirect&{picks}")
        assert "Redirect 2 messages?" in ask.text
        assert "Left out" in ask.text
        keys = [f"{name}:1" for name in names[:2]]
        form: dict[str, object] = {"verb": "redirect", "do": keys}
        done = await visit.post("/held/decide", form | {f"to:{key}": MEANT for key in keys})
        assert done.text.count("is on its way") == 2
        assert [await states(room.store, name) for name in names] == [
            ["redirected"], ["redirected"], ["held"],
        ]  # fmt: skip
        thrown = await visit.post("/held/decide", {"verb": "discard", "do": f"{names[2]}:1"})
        assert "was thrown away" in thrown.text
        await until(lambda: len(hop.messages) == 2)


async def test_a_reviewer_may_send_what_waits_for_one(tmp_path: Path) -> None:
    hop = NextHop()
    async with visiting(tmp_path, hop=hop) as visit:
        name = await hold(room_of(visit), suspect(GEN, review=True))
        ask = await visit.get(f"/held/confirm?one=release:{name}:1")
        assert "What is on its way cannot be called back" in ask.text
        form: dict[str, object] = {"verb": "release", "do": f"{name}:1"}
        await visit.post("/held/decide", form, Role.REVIEWER)
        await until(lambda: hop.messages)


async def test_what_makes_no_sense_changes_nothing(tmp_path: Path) -> None:
    async with visiting(tmp_path) as visit:
        name = await hold(room_of(visit))
        for query in (
            "",
            "one=explode:x",
            "choice=release",
            f"choice=&pick={name}:1",
            "one=release:",
        ):
            assert (await visit.get(f"/held/confirm?{query}")).status_code == 400
        for form in ({}, {"verb": "explode", "do": f"{name}:1"}):
            assert (await visit.post("/held/decide", {**form})).status_code == 303
        gone = await visit.post("/held/decide", {"verb": "discard", "do": f"{'0' * 16}:1"})
        assert gone.status_code == 200
        assert await states(room_of(visit).store, name) == ["held"]
