"""What lookalikes did with mail, kept on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from missent.exposure.history import History
from missent.exposure.lookalike import Lookalike, State

if TYPE_CHECKING:
    from missent.memory.sql.store import SqlStore

ONE = Lookalike("navy.ml", "navy.mil", 0.1, "omission", State.FREE)
TAKEN = replace(ONE, state=State.MX, operator="catcher.example")
QUIET = replace(ONE, state=State.UNKNOWN)


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
