"""What lookalikes did with mail, kept on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from missent.exposure.handover import Registration
from missent.exposure.history import History
from missent.exposure.lookalike import Lookalike, State

if TYPE_CHECKING:
    from missent.memory.sql.store import SqlStore

ONE = Lookalike("navy.ml", "navy.mil", 0.1, "omission", State.FREE)
TAKEN = replace(ONE, state=State.MX, operator="catcher.example")
QUIET = replace(ONE, state=State.UNKNOWN)
DAY, NOON = date(2026, 11, 25), 1_795_608_000


async def test_a_row_is_added_when_something_changes(store: SqlStore) -> None:
    history = History(store)
    assert await history.latest() == {}
    added = [await history.add([one], at) for at, one in enumerate((ONE, ONE, QUIET, TAKEN, TAKEN))]
    assert added == [1, 0, 0, 1, 0]
    assert await history.latest() == {("navy.ml", "navy.mil"): (State.MX, "catcher.example")}


async def test_what_nobody_has_to_ask_about_is_not_kept(store: SqlStore) -> None:
    found = [replace(ONE, state=state) for state in (State.IMPOSSIBLE, State.OURS)]
    assert await History(store).add(found, 1) == 0


async def test_it_is_exported(store: SqlStore) -> None:
    await History(store).add([TAKEN], 5)
    rows = [row async for row in store.export() if row["kind"] == "lookalike"]
    assert [(row["name"], row["state"], row["at"]) for row in rows] == [
        ("navy.ml", "mx", "1970-01-01T00:00:05Z")
    ]


async def test_a_registration_is_kept_when_it_changes_or_comes_near(store: SqlStore) -> None:
    history = History(store)
    far, near = Registration(DAY, expires="2027-06-01"), Registration(DAY, expires="2026-12-24")
    for at, one in enumerate((far, far, near, near), NOON):
        await history.add_registrations({"navy.ml": one}, at)
        assert await history.registrations() == {"navy.ml": one}
    rows = [row async for row in store.export() if row["kind"] == "registration"]
    assert [row["expires"] for row in rows] == ["2027-06-01", "2026-12-24"]
