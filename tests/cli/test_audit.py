from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest
from tests.audit.events.formats.test_postfix import message

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Run

pytest.importorskip("duckdb", reason="the extra `audit` is not installed")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "mail.log"
    standing = [
        message(
            f"Mar {day:2} 12:00:00", f"4SxYz1{day:04}zBcD", "jo@gmai.com", sender="s@corp.example"
        )
        for day in range(1, 9)
    ]
    path.write_text(
        message()
        + message(identity="4SxYz22345zBcD", to="bob@partner.example")
        + message(identity="4SxYz32345zBcD", to="jane@gmial.com", status="bounced")
        + "".join(standing)
        + message("Mar  9 12:00:00", "4SxYz42345zBcD", "ann@corp.example", sender="x@c0rp.example")
        + "rubbish\n"
    )
    return path


def test_the_worst_comes_first_with_what_was_meant_and_who_should_be_told(
    run: Run, log: Path
) -> None:
    done = run("audit", "--own", "corp.example", "--year", "2024", str(log))
    assert done.code == 1
    assert done.out.startswith("block  army.ml, probably army.mil (the US Army)\n")
    assert "1 delivered\n       2024-01-02\n" in done.out
    assert "tell ann@corp.example: wrote there once" in done.out
    assert "tell postmaster@army.mil: the rightful owner" in done.out
    assert "gmai.com, probably gmail.com\n       T101" in done.out
    assert "lookalike, address book" in done.out
    assert "1 bounced" in done.out
    assert done.out.endswith("arrived\n1 lookalike of your own domains wrote to you\n")
    assert "mail.log: postfix, 61 lines, 12 events" in done.err
    assert "1 line could not be read; the first:\n  rubbish" in done.err


def test_nothing_found(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mail.log").write_text(message(to="bob@partner.example"))
    done = run("audit", "mail.log")
    assert (done.code, done.out.splitlines()[-1]) == (0, "no wrong domain was found")
    assert "no domain of yours is known (--own, organisation.domains)" in done.err


def test_standard_input_and_the_cache(run: Run, log: Path, tmp_path: Path) -> None:
    done = run("audit", "--no-cache", "-", stdin=log.read_bytes())
    assert done.code == 1
    assert not (tmp_path / ".missent-audit").exists()
    run("audit", str(log))
    kept = tmp_path / ".missent-audit"
    assert kept.stat().st_mode & 0o777 == 0o700
    assert "read before, and not changed since" in run("audit", str(log)).err


def test_json_and_csv_say_the_same(run: Run, log: Path) -> None:
    told = json.loads(run("audit", "--own", "corp.example", "--format", "json", str(log)).out)
    by_name = {leak["domain"]: leak for leak in told["leaks"]}
    assert set(by_name) == {"army.ml", "gmai.com", "gmial.com", "c0rp.example"}
    assert by_name["gmai.com"]["messages"] == 8
    assert by_name["gmai.com"]["habit"] == "address book"
    assert by_name["gmial.com"]["bounced"] == 1
    assert by_name["c0rp.example"]["kind"] == "own lookalike, inbound"
    assert told["sources"][0]["malformed"] == 1
    out = run("audit", "--own", "corp.example", "--format", "csv", str(log)).out
    rows = list(csv.DictReader(out.splitlines()))
    assert {row["domain"] for row in rows} == set(by_name)
    assert next(row for row in rows if row["domain"] == "gmai.com")["deliveries"] == "8"


def test_a_pseudonym_hides_every_local_part(run: Run, log: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret")
    common = ("audit", "--pseudonymise", "--key-file", "key", str(log))
    for form in (("--format", "text"), ("--format", "json"), ("--format", "csv")):
        out = run(*common, *form, "--html", "r.html").out
        page = (tmp_path / "r.html").read_text()
        for text in (out, page):
            assert "army.ml" in text
            for local in ("ann@", "gen@", "jo@", "jane@", "`gen`", "`jane`"):
                assert local not in text
    first, second = (run(*common, "--format", "csv").out for _ in range(2))
    assert first == second


def test_a_pseudonym_hides_lines_that_could_not_be_read(run: Run, log: Path) -> None:
    with log.open("a") as more:
        more.write("garbage about ann@corp.example\n")
    assert "garbage about ann" in run("audit", str(log)).err
    told = run("audit", "--pseudonymise", str(log)).err
    assert "2 lines could not be read; pseudonymised, none of them is shown" in told
    assert "garbage" not in told


def test_a_cache_that_cannot_be_made_names_the_mend(run: Run, log: Path) -> None:
    told = run("audit", "--cache", str(log / "cache"), str(log))
    assert told.code == 2
    assert "cannot be kept here (Not a directory)" in told.err
    assert "--no-cache" in told.err


def test_the_report_is_one_file_that_fetches_nothing(run: Run, log: Path, tmp_path: Path) -> None:
    run("audit", "--own", "corp.example", "--html", "r.html", str(log))
    page = (tmp_path / "r.html").read_text()
    assert (tmp_path / "r.html").stat().st_mode & 0o777 == 0o600
    for heading in (
        "When it happened",
        "worst wrong domains",
        "go on by themselves",
        "gate would",
        "Limits",
    ):
        assert heading in page
    for fetched in ("<script", "http://", "https://", "<img", "src=", "@import", "url("):
        assert fetched not in page
    assert "$" not in page


@pytest.mark.parametrize(
    ("arguments", "mend"),
    [
        (("nothing.log",), "nothing.log: there is no such file or folder"),
        (("--zone", "Mars/Olympus", "mail.log"), "no time zone such as UTC"),
        (("--own", "a b", "mail.log"), "--own"),
        (("--memory", "much", "mail.log"), "--memory much"),
        (("--html", "nowhere/r.html", "mail.log"), "nowhere is no directory"),
        (("--key-file", "mail.log", "mail.log"), "--key-file is for --pseudonymise"),
        (("--no-cache", "--cache", "x", "mail.log"), "exclude each other"),
    ],
)
def test_what_cannot_be_done_is_told_with_the_mend(
    run: Run, log: Path, arguments: tuple[str, ...], mend: str
) -> None:
    done = run("audit", *arguments)
    assert done.code == 2
    assert mend in done.err
    assert log.exists()


def test_the_policy_and_the_exceptions_are_those_of_the_gates(
    run: Run, log: Path, tmp_path: Path
) -> None:
    (tmp_path / "missent.toml").write_text(
        '[organisation]\ndomains = ["corp.example"]\n'
        '[[exception]]\npattern = "gmai.com"\nowner = "ann"\nreason = "a real one"\n'
    )
    out = run("audit", str(log)).out
    assert "army.ml" in out
    assert "gmai.com" not in out
