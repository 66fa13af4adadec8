from __future__ import annotations

import pytest

from missent.core.address import Address
from missent.core.message import Recipient
from missent.core.verdict import Action, RecipientVerdict
from missent.gates.disposition import Outcome
from missent.gates.relay.dispose import dispose


@pytest.mark.parametrize(
    ("action", "outcome"),
    [
        (Action.ALLOW, Outcome.ACCEPTED),
        (Action.WARN, Outcome.WARNED),
        (Action.HOLD, Outcome.REFUSED),
        (Action.BLOCK, Outcome.REFUSED),
    ],
)
def test_every_action_and_monitor_mode(action: Action, outcome: Outcome) -> None:
    verdict = RecipientVerdict(Recipient(Address.parse("gen@army.ml")), action)
    assert dispose(verdict, enforced=True) is outcome
    assert dispose(verdict, enforced=False) is Outcome.ACCEPTED
