from __future__ import annotations

from dataclasses import replace

from missent.core.address import Address
from missent.core.evidence.case import Case
from missent.core.facts import Facts
from missent.core.message import Message, Recipient
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
