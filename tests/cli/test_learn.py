"""`missent learn`, `missent forget` and `missent export`, on a store of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from missent.cli.shell import me

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Run

CONFIGURATION = """
[organisation]
domains = ["corp.example"]
[store]
url = "sqlite:///var/missent.db"
retention_days = 36500
"""


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    (tmp_path / "missent.toml").write_text(CONFIGURATION)
    path = tmp_path / "mail.jsonl"
    rows = [
        {"id": "1", "from": "ann@corp.example", "to": ["Eve <eve@partner.example>", "Bob"]},
        {"id": "2", "from": "eve@partner.example", "to": ["ann@corp.example"]},
        {"id": "3", "from": "eve@partner.example", "to": ["dan@other.example"]},
    ]
    lines = [json.dumps({"date": "2001-05-01T10:00:00Z", **row}) + "\n" for row in rows]
    path.write_text("".join([*lines, "no JSON\n"]))
    return path


def test_what_was_learned_can_be_exported_and_forgotten(run: Run, mail: Path) -> None:
    first = run("learn", str(mail))
    assert first.code == 0
    assert first.out.endswith(
        "mail.jsonl: jsonl, 3 messages; 3 of 3 uses of contacts are new, 0 bounces\n"
    )
    assert "1 messages were neither from nor to organisation.domains" in first.err
    assert "1 lines or messages and 1 addresses could not be read" in first.err
    assert "line 1: no address: 'Bob'" in first.err
    assert "0 of 3 uses" in run("learn", str(mail)).out
    rows = [json.loads(line) for line in run("export").out.splitlines()]
    assert {(row["sender"], row["address"], row["sent"], row["received"]) for row in rows} == {
        ("ann@corp.example", "eve@partner.example", 1, 1),
        ("", "eve@partner.example", 0, 1),
    }
    assert run("export", "Eve@Partner.example").out.count("\n") == 2
    assert run("export", "ann@corp.example").out.count("\n") == 1
    assert run("forget", "Eve@partner.example").out == "eve@partner.example: 2 contacts\n"
    assert run("forget", "eve@partner.example").out == "eve@partner.example: nothing was kept\n"
    assert run("export").out == ""
    assert "0 of 3 uses" in run("learn", str(mail)).out
    assert run("export").out == ""


def test_who_forgot_and_exported_is_in_the_trail_and_whom_is_not(run: Run, mail: Path) -> None:
    run("learn", str(mail))
    run("forget", "eve@partner.example", "dan@other.example")
    run("export")
    run("export", "eve@partner.example")
    trail = run("trail", "export").out
    rows = [json.loads(line) for line in trail.splitlines()]
    assert [row["action"] for row in rows] == ["forget address"] * 2 + ["export store"] * 2
    assert {row["who"] for row in rows} == {me()}
    assert [row["detail"] for row in rows[2:]] == [
        "all of it",
        "what names one address; which one is kept nowhere",
    ]
    assert "partner" not in trail
    assert "other.example" not in trail


def test_mail_older_than_the_retention_is_passed_over(run: Run, mail: Path) -> None:
    (mail.parent / "missent.toml").write_text(CONFIGURATION.replace("36500", "30"))
    outcome = run("learn", str(mail))
    assert "0 of 0 uses" in outcome.out
    assert "3 messages are older than store.retention_days" in outcome.err


def test_without_own_domains_it_says_what_that_means(run: Run, mail: Path) -> None:
    (mail.parent / "missent.toml").write_text(CONFIGURATION.replace('"corp.example"', ""))
    outcome = run("learn", str(mail))
    assert "organisation.domains is not set" in outcome.err
    assert "6 of 6 uses" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("learn", "letter"), 2, "letter: neither mbox"),
        (("learn", "nowhere"), 2, "'nowhere' does not exist"),
        (("learn", "--read-as", "jsonl", "letter"), 3, ""),
        (("forget", "nobody"), 2, "'nobody' is no address"),
        (("export", "nobody"), 2, "'nobody' is no address"),
    ],
)
def test_bad_input_is_told_with_the_mend(
    run: Run, mail: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    (mail.parent / "letter").write_text("Dear Sir or Madam\n")
    outcome = run(*arguments)
    assert outcome.code == code
    assert said in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", (2, "store.url is not set")),
        ("mysql://db/missent", (2, "sqlite:///PATH")),
        ("sqlite:///mail.jsonl/missent.db", (3, "is its directory there")),
    ],
)
def test_without_a_store_it_says_what_to_write(
    run: Run, mail: Path, url: str, expected: tuple[int, str]
) -> None:
    content = CONFIGURATION.replace("sqlite:///var/missent.db", url)
    (mail.parent / "missent.toml").write_text(content)
    outcome = run("learn", "mail.jsonl")
    assert (outcome.code, outcome.out) == (expected[0], "")
    assert expected[1] in outcome.err
