from __future__ import annotations

from datetime import UTC, date, datetime

from missent.app import build
from missent.checks import ALL
from missent.core.address import Address
from missent.core.facts import NO_HISTORY
from missent.core.message import Message, Recipient
from missent.core.pattern import Pattern
from missent.core.permission import Permission, Permissions
from missent.core.policy import DEFAULT_RULES, Mode, Rule
from missent.core.verdict import Action
from missent.memory.ledger import Ledger
from missent.settings import Settings, parse

OWNED = {"owner": "it@corp.example", "reason": "because"}


def _message(*recipients: str, sender: str | None = None) -> Message:
    return Message(
        Address.parse(sender) if sender else None,
        tuple(Recipient(Address.parse(text)) for text in recipients),
    )


def _at(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def test_no_settings_are_the_default_settings() -> None:
    assert build(None) == build(Settings())


def test_every_check_looks() -> None:
    assert {check.code for check in build().checks} == {make().code for make in ALL}


def test_the_first_installation_only_monitors() -> None:
    assert build().policy.mode is Mode.MONITOR
    assert not build().screen(_message("a@gmail.con")).enforced


def test_policy_rows_replace_the_built_in_ones() -> None:
    row = {"code": "T102", "probability": 0.5, "action": "warn"}
    policy = build(parse({"policy": {"mode": "enforce", "rules": [row]}}, "here")).policy
    assert policy.rules == (Rule("T102", 0.5, Action.WARN),)
    assert policy.mode is Mode.ENFORCE
    assert build().policy.rules == DEFAULT_RULES
    assert build(parse({"policy": {"rules": []}}, "here")).policy.rules == ()


def test_a_rule_holds_until_the_day_it_expires_and_for_its_sender() -> None:
    rule = OWNED | {"pattern": "*.ml", "expires": date(2027, 1, 31), "sender": "corp.example"}
    app = build(parse({"rule": [rule]}, "here"))
    ours, other = (
        _message("a@orange.ml", sender=f"me@{name}") for name in ("corp.example", "x.example")
    )
    assert app.screen(ours, _at("2027-01-30T23:59:59")).action is Action.BLOCK
    assert app.screen(ours, _at("2027-01-31")).action is Action.ALLOW
    assert app.screen(other, _at("2027-01-01")).action is Action.ALLOW


def test_an_exception_holds_until_the_day_it_expires() -> None:
    entry = OWNED | {"pattern": "gmail.con", "expires": date(2027, 1, 31)}
    app = build(parse({"exception": [entry]}, "here"))
    assert app.screen(_message("a@gmail.con"), _at("2027-01-30")).action is Action.ALLOW
    assert app.screen(_message("a@gmail.con"), _at("2027-01-31")).action > Action.ALLOW


def test_own_domains_partners_and_zones_reach_the_engine() -> None:
    settings = parse(
        {
            "organisation": {
                "domains": ["Corp.Example"],
                "partners": ["p.net"],
                "protected": ["z.net"],
            }
        },
        "here",
    )
    facts = build(settings).facts(1)
    assert facts.own_domains == {"corp.example"}
    assert facts.history.domain("p.net") is not None
    assert facts.history.domain("z.net") is not None


def test_another_history_keeps_the_partners() -> None:
    ledger = Ledger()
    ledger.send("me@corp.example", "a@friend.net", 1)
    app = build(parse({"organisation": {"partners": ["p.net"]}}, "here"))
    other = app.over(app.over(ledger).history)
    assert other.history.domain("p.net") is not None
    assert other.history.domain("friend.net") is not None
    assert app.history.domain("friend.net") is None


def test_exceptions_are_added_to_those_of_the_file() -> None:
    entry = OWNED | {"pattern": "gmail.con"}
    more = Permissions((Permission(Pattern.parse("a@yahoo.con"), "o", "r"),))
    app = build(parse({"exception": [entry]}, "here")).over(NO_HISTORY, more)
    message = _message("a@gmail.con", "a@yahoo.con", "a@hotmail.con")
    actions = [r.action for r in app.screen(message).recipients]
    assert [action is Action.ALLOW for action in actions] == [True, True, False]
