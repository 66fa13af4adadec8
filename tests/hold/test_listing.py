from __future__ import annotations

from typing import TYPE_CHECKING

from missent.hold import listing
from missent.testing.hold import hold, room_at, suspect

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


async def test_every_message_comes_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_AT_ONCE", 2)
    async with room_at(tmp_path) as room:
        names = [await hold(room, suspect(f"gen{n}@army.ml")) for n in range(5)]
        found = [held.name async for held in listing.through(room.store)]
    assert sorted(found) == sorted(names)
