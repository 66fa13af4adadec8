"""Slips that were really made and addresses that are really right, through all checks together."""

from __future__ import annotations

from pathlib import Path

import pytest

from missent.checks import ALL
from missent.core.address import Address
from missent.core.engine import screen
from missent.core.facts import Facts
from missent.core.message import Message, Recipient
from missent.core.policy import Policy
from missent.core.verdict import Action, RecipientVerdict

FOLDER = Path(__file__).parent
CHECKS = tuple(make() for make in ALL)
CODES = {check.code for check in CHECKS}


def lines(name: str) -> list[str]:
    text = (FOLDER / name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def verdict(address: str) -> RecipientVerdict:
    sender = Address.parse("ann@corp.example")
    message = Message(sender, (Recipient(Address.parse(address)),))
    answer = screen(message, Facts(), Policy(), CHECKS)
    assert answer.errors == ()
    return answer.recipients[0]


def slips() -> list[tuple[str, str, str]]:
    rows = (line.split() for line in lines("slips.txt"))
    return [(typed, meant, code) for typed, meant, code in rows if code in CODES]


@pytest.mark.parametrize(("typed", "meant", "code"), slips())
def test_a_slip_is_questioned_and_what_was_meant_comes_first(
    typed: str, meant: str, code: str
) -> None:
    found = verdict(typed)
    assert found.action >= Action.WARN
    assert code in {finding.code for finding in found.findings}
    assert str(found.did_you_mean[0]) == meant


@pytest.mark.parametrize("address", lines("fine.txt"))
def test_a_right_address_is_let_through(address: str) -> None:
    found = verdict(address)
    assert found.action is Action.ALLOW, found.findings
