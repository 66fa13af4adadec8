from __future__ import annotations

from datetime import UTC, date, datetime

from missent.app import Assessor, build
from missent.checks import ALL
from missent.core.address import Address
from missent.core.message import Message, Recipient
from missent.core.policy import DEFAULT_RULES, Mode, Rule
from missent.core.verdict import Action
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


async def test_an_assessor_answers_with_the_app_of_the_moment() -> None:
    assess = Assessor(build())
    message = _message("a@orange.ml")
    assert (await assess(message)).action is Action.ALLOW
    assess.app = build(parse({"rule": [OWNED | {"pattern": "*.ml"}]}, "here"))
    assert (await assess(message)).action is Action.BLOCK
