from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from missent.app import build
from missent.core.address import Address
from missent.core.errors import ConfigError
from missent.core.message import Message, Recipient
from missent.core.verdict import Action
from missent.report.owner import feed
from missent.report.owner.model import TypedName
from missent.settings import parse

if TYPE_CHECKING:
    from pathlib import Path

    from missent.report.owner.model import Report

TODAY, END = date(2026, 11, 25), date(2099, 11, 25)


def test_names_that_stand_for_ours_are_taken(report: Report) -> None:
    taken = feed.take(report, ["mil"], END)
    assert [one.pattern for one in taken.entries] == [
        "army.ml",
        "*.army.ml",
        "navy.ml",
        "*.navy.ml",
    ]
    assert not taken.skipped
    assert taken.entries[0].reason == "did you mean army.mil?"


@pytest.mark.parametrize(
    ("typed", "meant", "reason"),
    [
        ("gmail.com", "army.mil", "people do mean"),
        ("army.mil", "navy.mil", "is ours"),
        ("army.ml", "army.gov", "none of ours"),
        ("*.ml", "army.mil", "single"),
        ("ml", "mil", "single"),
        ("co.uk", "x.mil", "single"),
        ("us.army.mil", "army.mil", "is ours"),
    ],
)
def test_a_report_cannot_block_just_anything(
    report: Report, typed: str, meant: str, reason: str
) -> None:
    name = TypedName(typed=typed, meant=meant, messages=9)
    taken = feed.take(report.model_copy(update={"typed": (name,)}), ["mil"], END)
    assert not taken.entries
    assert reason in taken.skipped[0][1]


def test_a_guard_blocks_what_was_fed(report: Report, tmp_path: Path) -> None:
    file = tmp_path / "feed.toml"
    said = {"policy": {"feeds": [str(file)], "rules": [
        {"code": "X", "probability": 0.5, "action": "block"}]}}  # fmt: skip
    message = Message(None, (Recipient(Address.parse("gen@us.navy.ml")),))
    assert build(parse(said, "x")).screen(message).action is Action.ALLOW
    assert feed.write(file, feed.take(report, ["mil"], END).entries, TODAY) == 4
    verdict = build(parse(said, "x")).screen(message)
    assert verdict.action is Action.BLOCK
    assert "did you mean navy.mil?" in verdict.recipients[0].findings[0].summary


def test_feeding_twice_adds_nothing_and_old_rules_go(report: Report, tmp_path: Path) -> None:
    file = tmp_path / "feed.toml"
    entries = feed.take(report, ["mil"], END).entries
    assert feed.write(file, entries, TODAY) == 4
    assert feed.write(file, entries, TODAY) == 0
    assert feed.write(file, (), date(2100, 1, 1)) == 0
    assert feed.read(file) == ()


def test_another_file_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "missent.toml"
    file.write_text('rule = "x"')
    with pytest.raises(ConfigError, match="no file of `missent feed`"):
        feed.write(file, (), TODAY)
    assert file.read_text() == 'rule = "x"'
