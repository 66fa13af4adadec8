from __future__ import annotations

import weakref
from dataclasses import replace

from missent.checks import ALL
from missent.core.address import Address
from missent.core.engine import screen
from missent.core.evidence.case import Case, let_go
from missent.core.facts import Facts
from missent.core.message import Message, Recipient
from missent.core.policy import Policy
from missent.memory.ledger import Ledger
from missent.testing.checks import SENDER


def test_a_case_counts_who_else_is_written_to() -> None:
    to = [Address.parse(f"{name}@acme.example") for name in ("a", "b")]
    other = Address.parse("c@other.example")
    message = Message(Address.parse(SENDER), tuple(map(Recipient, (*to, other))))
    case = Case.of(other, message, Facts())
    assert case.sender == SENDER
    assert dict(case.beside) == {"acme.example": 2, "other.example": 1}
    assert Case.of(other, Message(None, ()), Facts()).sender == ""
    alone = replace(message, recipients=(Recipient(other),), beside=tuple(map(Recipient, to)))
    assert Case.of(other, alone, Facts()) == case


def test_checks_share_a_case_until_it_is_let_go() -> None:
    address, facts = Address.parse("a@acme.example"), Facts()
    message = Message(Address.parse(SENDER), (Recipient(address),))
    first = Case.of(address, message, facts)
    assert Case.of(address, message, facts) is first
    assert Case.of(address, message, replace(facts)) is not first  # another history, perhaps
    second = Case.of(address, message, facts)
    let_go()
    assert Case.of(address, message, facts) is not second


def test_the_engine_keeps_no_history_alive() -> None:
    history = Ledger()
    history.send(SENDER, "a@acme.example", 1)
    kept = weakref.ref(history)
    address = Address.parse("a@acmee.example")
    message = Message(Address.parse(SENDER), (Recipient(address),))
    checks = tuple(check() for check in ALL)
    screen(message, Facts(at=2, history=history), Policy(), checks)
    del history
    assert kept() is None
