from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from missent.core.address import Address
from missent.core.finding import Finding
from missent.core.message import Recipient
from missent.core.verdict import Action, RecipientVerdict
from missent.gates.confirm import Confirm, LocalAttempts
from missent.gates.dispose import Dispose
from missent.gates.disposition import Outcome
from missent.gates.keeper import Keeper
from missent.testing.gates import SuffixGuard
from missent.testing.hold import hold, room_at

if TYPE_CHECKING:
    from pathlib import Path

ANN, TYPED = Address.parse("ann@corp.example"), Address.parse("joe@gmial.com")
MEANT = Address.parse("joe@gmail.com")


class Gate:
    """A `Dispose` with a clock to be set, and what it told the guard."""

    def __init__(self, keeper: Keeper | None = None, *, once: bool = True) -> None:
        self.now = 1000
        self.guard = SuffixGuard()
        confirm = Confirm(LocalAttempts(), lambda: self.now)
        self._dispose = Dispose(self.guard, confirm, keeper, once=once)

    async def about(
        self,
        action: Action = Action.HOLD,
        *,
        enforced: bool = True,
        sender: Address | None = ANN,
        typed: Address = TYPED,
        can_keep: bool = True,
    ) -> tuple[Outcome, str]:
        findings = (Finding("T101", 0.9, "`gmial` has two letters swapped.", (MEANT,)),)
        verdict = RecipientVerdict(Recipient(typed), action, findings)
        outcome, reply = self._dispose.at_once(
            verdict, enforced=enforced, smtputf8=False, can_keep=can_keep
        ) or await self._dispose.stop(verdict, sender, smtputf8=False, can_keep=can_keep)
        return outcome, str(reply or "")


@pytest.mark.parametrize(
    ("action", "outcome"),
    [
        (Action.ALLOW, Outcome.ACCEPTED),
        (Action.WARN, Outcome.WARNED),
        (Action.HOLD, Outcome.REFUSED),
        (Action.BLOCK, Outcome.REFUSED),
    ],
)
async def test_every_action_and_monitor_mode(action: Action, outcome: Outcome) -> None:
    found, reply = await Gate().about(action)
    assert found is outcome
    assert bool(reply) is (outcome is Outcome.REFUSED)
    assert await Gate().about(action, enforced=False) == (Outcome.ACCEPTED, "")


async def test_sending_again_confirms_and_teaches() -> None:
    gate = Gate()
    outcome, reply = await gate.about()
    assert outcome is Outcome.REFUSED
    assert reply == (
        "550 5.7.1 <joe@gmial.com>: not sent; did you mean <joe@gmail.com>? if this address is "
        "right, send again within 15 minutes, after 15 seconds or more; "
        "`gmial` has two letters swapped. [T101]"
    )
    gate.now += 14
    assert (await gate.about())[0] is Outcome.REFUSED  # a program's, or an impatient click
    assert gate.guard.was_confirmed == []
    gate.now += 1
    assert await gate.about() == (Outcome.CONFIRMED, "")
    assert gate.guard.was_confirmed == [(ANN.key, TYPED.key)]


async def test_too_late_is_a_first_attempt() -> None:
    gate = Gate()
    await gate.about()
    gate.now += 901
    assert (await gate.about())[0] is Outcome.REFUSED
    gate.now += 15
    assert (await gate.about())[0] is Outcome.CONFIRMED


async def test_a_client_that_gives_up_at_the_first_refusal_gets_past_two() -> None:
    gate, other = Gate(), Address.parse("ann@yahooo.com")
    assert (await gate.about())[0] is Outcome.REFUSED  # and the other one is never offered
    gate.now += 20
    assert (await gate.about())[0] is Outcome.CONFIRMED
    assert (await gate.about(typed=other))[0] is Outcome.REFUSED
    gate.now += 20
    assert (await gate.about())[0] is Outcome.CONFIRMED
    assert (await gate.about(typed=other))[0] is Outcome.CONFIRMED


async def test_another_sender_confirms_nothing() -> None:
    gate = Gate()
    await gate.about()
    gate.now += 20
    assert (await gate.about(sender=Address.parse("bob@corp.example")))[0] is Outcome.REFUSED
    assert (await gate.about(sender=None))[0] is Outcome.REFUSED
    gate.now += 20
    assert (await gate.about(sender=None))[0] is Outcome.CONFIRMED


async def test_a_block_is_never_confirmed_nor_is_a_hold_that_is_to_be_refused() -> None:
    for gate, action in ((Gate(), Action.BLOCK), (Gate(once=False), Action.HOLD)):
        for _ in range(3):
            found, reply = await gate.about(action)
            assert found is Outcome.REFUSED
            assert "send again" not in reply
            gate.now += 20


async def test_what_can_be_kept_is_and_a_block_for_a_reviewer_alone(tmp_path: Path) -> None:
    async with room_at(tmp_path, review=("X",)) as room:
        gate = Gate(Keeper(room, 5))
        assert await gate.about() == (Outcome.KEPT, "")
        assert (await gate.about(Action.BLOCK))[0] is Outcome.REFUSED
        for sender in (None, Address.parse("no-reply@corp.example")):
            outcome, reply = await gate.about(sender=sender)
            assert outcome is Outcome.REFUSED
            assert "send again" in reply
        assert "send again" in (await gate.about(can_keep=False))[1]
    async with room_at(tmp_path, review=("T",)) as room:
        gate = Gate(Keeper(room, 5))
        assert await gate.about(Action.BLOCK) == (Outcome.KEPT, "")
        assert "send again" not in (await gate.about(Action.BLOCK, can_keep=False))[1]


async def test_a_sender_who_was_asked_too_often_sends_again_or_is_refused(tmp_path: Path) -> None:
    async with room_at(tmp_path, an_hour=1) as room:
        await hold(room)
        for once in (True, False):
            outcome, reply = await Gate(Keeper(room, 5), once=once).about()
            assert outcome is Outcome.REFUSED
            assert ("send again" in reply) is once


async def test_where_the_room_cannot_be_asked_nobody_is_refused_for_good(tmp_path: Path) -> None:
    async with room_at(tmp_path) as room:
        with closing(sqlite3.connect(tmp_path / "missent.db")) as other:
            other.execute("ALTER TABLE held RENAME TO gone")
        assert await Gate(Keeper(room, 5)).about() == (
            Outcome.TEMPFAILED,
            "451 4.3.0 could not be checked in time; try again later",
        )
