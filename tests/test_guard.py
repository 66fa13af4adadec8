from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from missent import (
    Action,
    Address,
    AddressError,
    ConfigError,
    Guard,
    Message,
    Recipient,
    RecipientVerdict,
)
from missent.memory.ledger import Ledger
from missent.settings import Settings, parse

if TYPE_CHECKING:
    from pathlib import Path

RULE = "[[rule]]\npattern = '*.ml'\nowner = 'it@corp.example'\nreason = 'not there'\n"


def test_a_slip_is_found_and_what_was_meant_is_named() -> None:
    verdict = Guard().check("jane@gmail.con")
    assert isinstance(verdict, RecipientVerdict)
    assert verdict.action > Action.ALLOW
    assert verdict.did_you_mean == (Address.parse("jane@gmail.com"),)


def test_what_may_be_sent_is_allowed() -> None:
    assert Guard().check("jane@gmail.com", sender="me@corp.example").action is Action.ALLOW


def test_an_address_may_bear_a_name() -> None:
    answer = Guard().check("Gen Lee <gen@army.ml>", "Me <me@corp.example>")
    assert [str(a) for a in answer.did_you_mean] == ["gen@army.mil"]
    assert answer.recipient.display_name == "Gen Lee"


def test_parsed_addresses_are_taken_too() -> None:
    address = Address.parse("jane@gmail.con")
    assert Guard().check(address, address) == Guard().check(str(address), str(address))


@pytest.mark.parametrize("pair", [("nobody", None), ("a@gmail.com", "nobody")])
def test_what_is_no_address_is_refused(pair: tuple[str, str | None]) -> None:
    with pytest.raises(AddressError, match="there is no '@'"):
        Guard().check(*pair)


def test_a_message_gets_one_verdict_a_recipient() -> None:
    recipients = tuple(Recipient(Address.parse(a)) for a in ("a@gmail.com", "a@gmail.con"))
    verdict = Guard().screen(Message(None, recipients))
    assert [r.recipient for r in verdict.recipients] == list(recipients)
    assert verdict.action is verdict.recipients[1].action


def test_the_configuration_is_a_file_or_settings(tmp_path: Path) -> None:
    file = tmp_path / "missent.toml"
    file.write_text(RULE)
    rule = {"pattern": "*.ml", "owner": "it@corp.example", "reason": "not there"}
    for config in (file, str(file), parse({"rule": [rule]}, "here")):
        assert Guard(config).check("a@orange.ml").action is Action.BLOCK
    assert Guard(Settings()).check("a@orange.ml").action is Action.ALLOW


def test_no_file_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "missent.toml").write_text(RULE)
    monkeypatch.chdir(tmp_path)
    assert Guard().check("a@orange.ml").action is Action.ALLOW


def test_a_bad_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: No such file"):
        Guard(tmp_path / "none.toml")


def test_history_clears_a_name() -> None:
    ledger = Ledger()
    guard = Guard(history=ledger)
    assert guard.check("a@corp.con").action > Action.ALLOW
    ledger.confirm("me@x.example", "a@corp.con")
    ledger.send("me@x.example", "a@corp.con", 1)
    ledger.receive("a@corp.con", "me@x.example")
    ledger.receive("a@corp.con", None)
    assert guard.check("a@corp.con").action is Action.ALLOW


def test_an_exception_ends_while_the_guard_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"pattern": "gmail.con", "owner": "o", "reason": "r"}
    settings = parse({"exception": [entry]}, "here")
    guard = Guard(settings)
    assert guard.check("a@gmail.con").action is Action.ALLOW
    later = Settings.model_validate(
        {"exception": [entry | {"expires": __import__("datetime").date(2031, 1, 1)}]}
    )
    guard = Guard(later)
    monkeypatch.setattr(time, "time", lambda: 1924991999.0)  # the last second of 2030
    assert guard.check("a@gmail.con").action is Action.ALLOW
    monkeypatch.setattr(time, "time", lambda: 1924992000.0)
    assert guard.check("a@gmail.con").action > Action.ALLOW
