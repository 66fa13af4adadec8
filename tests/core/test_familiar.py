from __future__ import annotations

import pytest

from missent.core.address import Address
from missent.core.facts import Facts
from missent.core.familiar import is_familiar
from missent.memory.ledger import Ledger
from missent.testing.checks import SENDER, heard, wrote

ANN = Address.parse(SENDER)
BOB = Address.parse("bob@corp.example")
JO = Address.parse("Jo@partner.example")


def test_nobody_is_familiar_at_first() -> None:
    assert not is_familiar(JO, ANN, Facts())
    assert not is_familiar(JO, None, Facts())


@pytest.mark.parametrize("sender", [ANN, BOB, None])
def test_who_wrote_here_is_familiar_to_everybody(sender: Address | None) -> None:
    assert is_familiar(JO, sender, heard("jo@partner.example"))
    assert not is_familiar(JO.at("other.example"), sender, heard("jo@partner.example"))


def test_being_written_to_proves_nothing_however_often() -> None:
    assert not is_familiar(JO, ANN, wrote(*["jo@partner.example"] * 50))


def test_who_was_confirmed_is_familiar() -> None:
    history = Ledger()
    history.send(ANN.key, JO.key, 1)
    history.confirm(ANN.key, JO.key)
    facts = Facts(at=2, history=history)
    assert is_familiar(JO, ANN, facts)


def test_who_wrote_to_the_sender_alone_is_familiar_to_the_sender() -> None:
    history = Ledger()
    history.receive(JO.key, ANN.key)
    facts = Facts(at=2, history=history)
    assert is_familiar(JO, ANN, facts)
    assert not is_familiar(JO, BOB, facts)


def test_a_bounce_is_no_answer() -> None:
    history = Ledger()
    history.send(ANN.key, JO.key, 1)
    history.bounce(ANN.key, JO.key)
    assert not is_familiar(JO, ANN, Facts(at=2, history=history))
