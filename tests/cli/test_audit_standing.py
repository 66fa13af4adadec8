from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    for name, text in (("ann", "ann@gmai.com\n"), ("bob", "bob@partner.example, \\bob\n")):
        (home / name).mkdir(parents=True)
        (home / name / ".forward").write_text(text)
    (home / "bob" / "notes.txt").write_text("nothing")
    (home / "contacts.csv").write_text("Name,Address\nGen,gen@army.ml\nKim,kim@gmail.com\n")
    return home


def test_a_wrong_destination_is_told_with_its_place(run: Run, home: Path) -> None:
    done = run("audit", "--standing", str(home))
    assert done.code == 1
    first, second, *_ = done.out.split("\nhold")
    assert first.startswith("block  gen@army.ml, probably gen@army.mil\n")
    assert f"{home}/contacts.csv:2: address book of Gen" in first
    assert second.startswith("   ann@gmai.com, probably ann@gmail.com\n")
    assert f"{home}/ann/.forward:1: forward of ann" in second
    assert "4 destinations in 3 files, 2 of them probably wrong" in done.out
    assert "passed over" in done.err
    assert "notes.txt" in done.err


def test_as_json_and_with_pseudonyms(run: Run, home: Path) -> None:
    out = run("audit", "--standing", "--format", "json", "--pseudonymise", str(home)).out
    told = [json.loads(line) for line in out.splitlines()]
    assert [one["address"].partition("@")[2] for one in told] == ["army.ml", "gmai.com"]
    assert "gen@" not in out


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_pseudonym_stands_for_whom_a_destination_belongs_to_as_well(
    run: Run, tmp_path: Path, form: str
) -> None:
    box = tmp_path / "secret-ann"
    box.mkdir()
    (box / ".forward").write_text("ann@gmai.com\n")
    (tmp_path / "aliases").write_text("secret-office: gen@army.ml\nsecret-desk: secret..x@@y\n")
    (tmp_path / "book.csv").write_text("Name,Address\nSecret Gen,gen@army.ml\n")
    done = run("audit", "--standing", "--format", form, "--pseudonymise", str(tmp_path))
    assert done.code == 1
    assert "ecret" not in (done.out + done.err).replace(str(tmp_path), "")


def test_the_same_mailbox_elsewhere_speaks_for_a_slip(run: Run, tmp_path: Path) -> None:
    rows = "Kim,kim.meyer@harbourlinen.com\nKim old,kim.meyer@harbourlinnen.com\n"
    more = "".join(f"N,u{n}@harbourlinen.com\n" for n in range(9))
    (tmp_path / "book.csv").write_text("Name,Address\n" + rows + more)
    out = run("audit", "--standing", "book.csv").out
    assert "kim.meyer@harbourlinnen.com, probably kim.meyer@harbourlinen.com" in out


def test_a_named_file_that_is_none_is_told(run: Run, home: Path) -> None:
    done = run("audit", "--standing", str(home / "bob" / "notes.txt"))
    assert done.code == 2
    assert "neither a forward" in done.err
