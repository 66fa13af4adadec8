from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


def test_that_nobody_was_asked_is_said(run: Run) -> None:
    told = run("exposure", "--offline", "--limit", "3", "navy.mil")
    assert told.out.count("ask again later") == 0
    assert "of what people type for it by mistake; nobody was asked." in told.out


def test_lists_the_names_without_asking_anybody(run: Run) -> None:
    told = run("exposure", "--offline", "--limit", "30", "--format", "json", "navy.mil")
    assert told.code == 0
    names = [row["name"] for row in json.loads(told.out)["lookalikes"]]
    assert len(names) == 30
    assert names[0] == "navy.ml"


def test_for_people_every_name_is_a_line(run: Run) -> None:
    told = run("exposure", "--offline", "--limit", "5", "navy.mil")
    lines = told.out.splitlines()
    assert len([line for line in lines if " a year " in line]) == 5
    assert "of what people type for it by mistake" in told.out


def test_domains_from_a_file_and_from_the_configuration(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ours").write_text("# ours\nnavy.mil\n\narmy.mil # both\n")
    arguments = ("exposure", "--offline", "--limit", "1", "--format", "json")
    rows = json.loads(run(*arguments, "--file", "ours").out)["lookalikes"]
    assert sorted(row["meant"] for row in rows) == ["army.mil", "navy.mil"]
    (tmp_path / "missent.toml").write_text('[organisation]\ndomains = ["af.mil"]\n')
    rows = json.loads(run(*arguments).out)["lookalikes"]
    assert [row["meant"] for row in rows] == ["af.mil"]


def test_certificates_from_a_compressed_file(run: Run, tmp_path: Path) -> None:
    entries = [
        {"name_value": "mail.navy.ml\nnavy.ml", "not_before": "2026-05-01T00:00:00", "id": 1},
        {"issuer_name": "without a name"},
    ]
    (tmp_path / "crt.json.gz").write_bytes(gzip.compress(json.dumps(entries).encode()))
    (tmp_path / "names").write_text("autodiscover.navy.ml\n")
    arguments = ("exposure", "--offline", "--limit", "30", "--certificates", "crt.json.gz")
    told = run(*arguments, "--certificates", "names", "--format", "json", "navy.mil")
    assert told.code == 0
    assert "crt.json.gz: 1 entry was no certificate" in told.err
    rows = {row["name"]: row for row in json.loads(told.out)["lookalikes"]}
    assert rows["navy.ml"]["certificates"] == 2
    assert rows["navy.ml"]["certified"] == "2026-05-01"
    assert rows["navy.ml"]["mail_hosts"] == ["autodiscover.navy.ml", "mail.navy.ml"]
    text = run(*arguments, "navy.mil").out
    assert "a certificate of 2026-05-01 for mail.navy.ml" in text
    assert "mail.navy.ml" in run(*arguments, "--format", "csv", "navy.mil").out


def test_a_file_of_certificates_that_is_cut_off_is_told(run: Run, tmp_path: Path) -> None:
    whole = gzip.compress(b"mail.navy.ml\n" * 100_000)
    (tmp_path / "cut.gz").write_bytes(whole[: len(whole) // 2])
    told = run("exposure", "--offline", "--certificates", "cut.gz", "navy.mil")
    assert told.code == 2
    assert "cut.gz" in told.err
    assert "Traceback" not in told.err
