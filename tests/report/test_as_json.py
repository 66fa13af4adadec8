from __future__ import annotations

import json

from missent.core.address import Address
from missent.core.errors import AddressError
from missent.core.finding import Finding
from missent.core.message import Recipient
from missent.core.verdict import Action, CheckError, RecipientVerdict
from missent.report import as_json

MEANT = Address.parse("gen@army.mil")
VERDICT = RecipientVerdict(
    Recipient(Address.parse("Gen@Army.ML")),
    Action.BLOCK,
    (Finding("T101", 0.98765432, "An `i` is missing.", (MEANT,), {"slip": "omission"}, True),),
)


def test_a_recipient_is_told_with_these_keys() -> None:
    assert as_json.recipient(VERDICT) == {
        "recipient": "Gen@army.ml",
        "action": "block",
        "did_you_mean": ["gen@army.mil"],
        "findings": [
            {
                "code": "T101",
                "probability": 0.987654,
                "summary": "An `i` is missing.",
                "did_you_mean": ["gen@army.mil"],
                "evidence": {"slip": "omission"},
            }
        ],
    }


def test_the_spelling_that_was_given_can_be_kept() -> None:
    assert as_json.recipient(VERDICT, "Gen@Army.ML")["recipient"] == "Gen@Army.ML"


def test_a_check_that_failed_is_told() -> None:
    verdict = RecipientVerdict(VERDICT.recipient, errors=(CheckError("T101", "KeyError: 1"),))
    told = as_json.recipient(verdict)
    assert told["errors"] == [{"code": "T101", "reason": "KeyError: 1"}]


def test_what_is_no_address_has_no_action() -> None:
    told = as_json.no_address("nobody", AddressError("nobody", 6, "there is no '@'"))
    assert told["action"] is None
    assert "there is no '@'" in str(told["error"])


def test_a_line_is_ascii_and_one_line() -> None:
    line = as_json.dumps({"recipient": "jürgen@x\n\u2028"})
    assert line.isascii()
    assert line.splitlines() == [line]
    assert json.loads(line) == {"recipient": "jürgen@x\n\u2028"}
