from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from missent.app import build
from missent.app.assess import Assessor
from missent.app.remember import remembering
from missent.core.address import Address
from missent.core.errors import StoreError
from missent.core.finding import Finding
from missent.core.message import Message, Recipient
from missent.core.verdict import Action, RecipientVerdict
from missent.gates.disposition import Disposition, Outcome
from missent.memory.decided import Decision
from missent.settings import parse

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from missent.gates.interface import Assess
    from missent.settings import Settings

ME = Address.parse("me@corp.example")
ODD = Address.parse("a@corp.con")
MESSAGE = Message(ME, (Recipient(ODD),), message_id="1@corp.example")


def _settings(folder: Path) -> Settings:
    return parse({"store": {"url": f"sqlite:///{folder}/missent.db"}}, "here")


async def test_without_a_memory_nothing_is_learned() -> None:
    assess: Assess = Assessor(build())
    await assess.sent(MESSAGE)
    await assess.confirmed(ME, ODD)
    assert (await assess(MESSAGE)).action > Action.ALLOW


async def test_what_was_confirmed_and_sent_counts_for_the_next_decision(tmp_path: Path) -> None:
    async with remembering(_settings(tmp_path)) as memory:
        assess = Assessor(build(), memory)
        before = (await assess(MESSAGE)).recipients[0]
        assert before.action > Action.ALLOW
        await assess.confirmed(ME, ODD)
        await assess.sent(MESSAGE)
        after = (await assess(MESSAGE)).recipients[0]
        assert after.action < before.action
        use = memory.view().pair(ME.key, ODD.key) if memory else None
        assert use is not None
        assert (use.sent, use.confirmed) == (1, True)


async def test_what_was_sent_is_still_known_after_a_restart(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    async with remembering(settings) as memory:
        await Assessor(build(), memory).sent(MESSAGE)
    async with remembering(settings) as memory:
        assert memory is not None
        use = memory.view().pair(ME.key, ODD.key)
    assert use is not None
    assert use.sent == 1


async def test_what_another_process_wrote_is_known(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    async with remembering(settings) as one, remembering(settings) as other:
        assert one is not None
        assert other is not None
        await Assessor(build(), one).sent(MESSAGE)
        await one.flush()
        await Assessor(build(), other)(MESSAGE)
        assert other.view().pair(ME.key, ODD.key) is not None


async def test_a_store_that_fails_stops_no_decision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with remembering(_settings(tmp_path)) as memory:
        assert memory is not None

        async def fails() -> None:
            raise StoreError("out of reach")

        monkeypatch.setattr(memory, "refresh", fails)
        assert (await Assessor(build(), memory)(MESSAGE)).action > Action.ALLOW


def _disposition(text: str, action: Action, outcome: Outcome, **more: Any) -> Disposition:
    recipient = Recipient(Address.parse(text))
    meant = (recipient.address.at("army.mil"),)
    found = Finding("T101", 0.97, "It looks wrong.", meant, {"slip": ["omission", 2]})
    findings = (found,) if action else ()
    verdict = RecipientVerdict(recipient, action, findings)
    return Disposition(recipient.address, outcome, verdict, **more)


async def test_every_prompt_is_kept_and_the_rest_is_counted(tmp_path: Path) -> None:
    refused = _disposition("gen@army.ml", Action.BLOCK, Outcome.REFUSED, enforced=True)
    monitored = _disposition("gen@navy.ml", Action.HOLD, Outcome.ACCEPTED)
    fine = _disposition("Eve@partner.example", Action.ALLOW, Outcome.ACCEPTED, enforced=True)
    unknown = Disposition(ODD, Outcome.TEMPFAILED, reason="deadline")
    async with remembering(_settings(tmp_path)) as memory:
        assert memory is not None
        assess: Assess = Assessor(build(), memory)
        assess.decided(ME, [fine, refused], "1@corp.example", sent=True)
        assess.decided(None, [monitored, unknown], sent=True)
        assess.decided(ME, [refused], sent=False)
        assess.decided(ME, [fine], sent=False)  # given up before anything was asked
        await memory.flush()
        kept = [replace(decision, at=0) for _, decision in await memory.store.decisions()]
        block = Decision(
            0, ME.key, "gen@army.ml", "block", ("T101",), 0.97, ("gen@army.mil",), "refused",
            "1@corp.example", enforced=True,
            findings=(
                {"code": "T101", "probability": 0.97, "summary": "It looks wrong.",
                 "did_you_mean": ["gen@army.mil"], "evidence": {"slip": ["omission", 2]}},
            ),
        )  # fmt: skip
        hold = replace(
            block, sender="", recipient="gen@navy.ml", action="hold", disposition="accepted",
            message_id="", enforced=False,
        )  # fmt: skip
        assert kept == [block, hold, replace(block, message_id="")]
        counts = await memory.store.tally(0, 1 << 30)
        assert {what: count for (_, what), count in counts.items()} == {
            "messages": 3, "allow": 1, "hold": 1, "block": 2, "undecided": 1,
        }  # fmt: skip


def test_without_a_store_nothing_is_kept_of_decisions() -> None:
    fine = _disposition("Eve@partner.example", Action.ALLOW, Outcome.ACCEPTED)
    Assessor(build()).decided(ME, [fine], sent=True)
