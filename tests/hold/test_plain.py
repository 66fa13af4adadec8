from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from missent.hold import plain
from missent.testing.hold import GEN, MEANT, hold, room_at, suspect

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_message_is_told_with_its_record_and_without_its_content(tmp_path: Path) -> None:
    async with room_at(tmp_path) as room:
        name = await hold(room, suspect(review=True))
        held = await room.store.message(name)
        assert held is not None
        steps = await room.store.steps(name)
    said = plain.of(held, steps)
    assert json.loads(json.dumps(said)) == said
    assert (said["name"], said["mail_from"]) == (name, "ann@corp.example")
    assert said["message_id"] == "1@corp.example"
    assert said["recipients"] == [
        {
            "number": 1,
            "rcpt_to": GEN,
            "state": "held",
            "sent_to": "",
            "result": "",
            "review": True,
            "did_you_mean": [MEANT],
            "reasons": [{"code": "T101", "summary": "`.ml` is Mali's."}],
        }
    ]
    steps_said: Any = said["steps"]
    assert [(one["recipient"], one["what"], one["who"]) for one in steps_said] == [
        (step.recipient, step.what, step.who) for step in steps
    ]
    assert steps_said[0]["what"] == "held"
    assert "steps" not in plain.of(held)
    assert "Room" not in json.dumps(said)
