from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from missent.core.address import Address
from missent.core.finding import Finding
from missent.core.message import Recipient
from missent.core.verdict import Action, RecipientVerdict
from missent.gates.confirm import Confirm, LocalAttempts
from missent.gates.disposition import Outcome
from missent.gates.relay.dispose import Dispose
from missent.smtp.events import Mail
from missent.testing.gates import SuffixGuard

if TYPE_CHECKING:
    from missent.gates.relay.options import HoldBy

ANN, TYPED = Address.parse("ann@corp.example"), Address.parse("joe@gmial.com")
MEANT = Address.parse("joe@gmail.com")


class Desk:
    """A `Dispose` with a clock to be set, and what it told the guard."""

    def __init__(self, hold_by: HoldBy = "refuse-once") -> None:
        self.now = 1000
        self.guard = SuffixGuard()
        confirm = Confirm(LocalAttempts(), lambda: self.now)
        self._dispose = Dispose(hold_by, confirm, self.guard)

    async def about(
        self,
        action: Action = Action.HOLD,
        *,
        enforced: bool = True,
        sender: Address | None = ANN,
        typed: Address = TYPED,
    ) -> tuple[Outcome, str]:
        findings = (Finding("T101", 0.9, "`gmial` has two letters swapped.", (MEANT,)),)
        verdict = RecipientVerdict(Recipient(typed), action, findings)
        outcome, reply = await self._dispose(Mail(sender), verdict, enforced=enforced)
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
    found, reply = await Desk().about(action)
    assert found is outcome
    assert bool(reply) is (outcome is Outcome.REFUSED)
    assert await Desk().about(action, enforced=False) == (Outcome.ACCEPTED, "")


async def test_sending_again_confirms_and_teaches() -> None:
    desk = Desk()
    outcome, reply = await desk.about()
    assert outcome is Outcome.REFUSED
    assert reply == (
        "550 5.7.1 <joe@gmial.com>: not sent; did you mean <joe@gmail.com>? if this address is "
        "right, send again within 15 minutes, after 15 seconds or more; "
        "`gmial` has two letters swapped. [T101]"
    )
    desk.now += 14
    assert (await desk.about())[0] is Outcome.REFUSED  # a program's, or an impatient click
    assert desk.guard.was_confirmed == []
    desk.now += 1
    assert await desk.about() == (Outcome.CONFIRMED, "")
    assert desk.guard.was_confirmed == [(ANN.key, TYPED.key)]


async def test_too_late_is_a_first_attempt() -> None:
    desk = Desk()
    await desk.about()
    desk.now += 901
    assert (await desk.about())[0] is Outcome.REFUSED
    desk.now += 15
    assert (await desk.about())[0] is Outcome.CONFIRMED


async def test_a_client_that_gives_up_at_the_first_refusal_gets_past_two() -> None:
    desk, other = Desk(), Address.parse("ann@yahooo.com")
    assert (await desk.about())[0] is Outcome.REFUSED  # and the other one is never offered
    desk.now += 20
    assert (await desk.about())[0] is Outcome.CONFIRMED
    assert (await desk.about(typed=other))[0] is Outcome.REFUSED
    desk.now += 20
    assert (await desk.about())[0] is Outcome.CONFIRMED
    assert (await desk.about(typed=other))[0] is Outcome.CONFIRMED


async def test_another_sender_confirms_nothing() -> None:
    desk = Desk()
    await desk.about()
    desk.now += 20
    assert (await desk.about(sender=Address.parse("bob@corp.example")))[0] is Outcome.REFUSED
    assert (await desk.about(sender=None))[0] is Outcome.REFUSED
    desk.now += 20
    assert (await desk.about(sender=None))[0] is Outcome.CONFIRMED


async def test_a_block_is_never_confirmed_nor_is_a_hold_that_is_to_be_refused() -> None:
    for desk, action in ((Desk(), Action.BLOCK), (Desk("refuse"), Action.HOLD)):
        for _ in range(3):
            found, reply = await desk.about(action)
            assert found is Outcome.REFUSED
            assert "send again" not in reply
            desk.now += 20
