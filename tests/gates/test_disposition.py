from __future__ import annotations

from missent.core.address import Address
from missent.core.finding import Finding
from missent.core.message import Recipient
from missent.core.verdict import Action, RecipientVerdict
from missent.gates.disposition import Disposition, Outcome, Privacy, Show
from missent.smtp.replies import Reply

ADDRESS = Address.parse("Gen@army.ml")
FULL = Privacy()


def test_a_log_line_says_what_was_done_and_why() -> None:
    findings = (Finding("T101", 0.9, "x"), Finding("R302", 0.8, "y"), Finding("T101", 0.7, "z"))
    verdict = RecipientVerdict(Recipient(ADDRESS), Action.BLOCK, findings)
    refused = Reply(550, "5.7.1", ("a secret that only the sender reads",))
    line = Disposition(ADDRESS, Outcome.REFUSED, verdict, enforced=True, reply=refused).line(FULL)
    assert line == {
        "rcpt_to": "Gen@army.ml",
        "outcome": "refused",
        "action": "block",
        "codes": ["T101", "R302"],
        "reply": "550 5.7.1",
    }


def test_what_could_not_be_decided_says_so() -> None:
    line = Disposition(ADDRESS, Outcome.ACCEPTED, reason="deadline").line(FULL)
    assert (line["action"], line["codes"], line["reason"]) == ("undecided", [], "deadline")


def test_addresses_are_shown_as_far_as_they_may_be() -> None:
    assert FULL.show(ADDRESS) == "Gen@army.ml"
    assert FULL.show(None) == "<>"
    assert Privacy(Show.DOMAIN).show(ADDRESS) == "@army.ml"
    hashed = Privacy(Show.HASHED, b"key")
    assert hashed.show(ADDRESS) == hashed.show(Address.parse("gen@ARMY.ML"))
    assert hashed.show(ADDRESS) != hashed.show(Address.parse("gen@army.mil"))
    assert hashed.show(ADDRESS) != Privacy(Show.HASHED, b"other").show(ADDRESS)
    assert "army" not in hashed.show(ADDRESS)
    assert Privacy(Show.HASHED, b"k" * 100).show(ADDRESS)
