from __future__ import annotations

from missent.core.address import Address
from missent.core.finding import Finding
from missent.core.message import Recipient
from missent.core.verdict import Action, CheckError, RecipientVerdict, Verdict

GEN = Recipient(Address.parse("gen@army.ml"))
MIL, NL = Address.parse("gen@army.mil"), Address.parse("gen@army.nl")


def test_actions_are_ordered_and_named() -> None:
    assert Action.ALLOW < Action.WARN < Action.HOLD < Action.BLOCK
    assert [str(action) for action in Action] == ["allow", "warn", "hold", "block"]


def test_a_message_gets_the_strictest_action_of_its_recipients() -> None:
    verdict = Verdict((RecipientVerdict(GEN, Action.WARN), RecipientVerdict(GEN, Action.HOLD)))
    assert verdict.action is Action.HOLD
    assert Verdict(()).action is Action.ALLOW


def test_suggestions_come_once_and_the_best_first() -> None:
    strong = Finding("T101", 0.9, "because", (MIL, NL))
    weak = Finding("T102", 0.5, "because", (NL, MIL))
    assert RecipientVerdict(GEN, Action.HOLD, (strong, weak)).did_you_mean == (MIL, NL)


def test_errors_of_all_recipients_are_told() -> None:
    one, two = CheckError("T101", "a"), CheckError("T102", "b")
    verdict = Verdict((RecipientVerdict(GEN, errors=(one,)), RecipientVerdict(GEN, errors=(two,))))
    assert verdict.errors == (one, two)
