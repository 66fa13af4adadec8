"""Whatever is given, and wherever it goes: an error in words, a documented code, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from missent.cli import UNDECIDED, USAGE, main, root

if TYPE_CHECKING:
    from tests.cli.conftest import Run

MISSENT = f"{sys.executable} -m missent"
LOG = (
    "Jan  2 03:04:05 mx postfix/qmgr[1]: ABC123DEF: from=<me@corp.example>, size=100, nrcpt=1\n"
    "Jan  2 03:04:06 mx postfix/smtp[1]: ABC123DEF: to=<jim@army.ml>, relay=x[192.0.2.1]:25,"
    " delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)\n"
)


def shell(line: str, folder: Path) -> tuple[int, str]:
    """The exit code of a command line and what it said on standard error."""
    done = subprocess.run(
        ["bash", "-c", line.replace("missent", MISSENT)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    return done.returncode, done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
@pytest.mark.parametrize("line", ["check a@army.ml", "--help", "zone army.ml"])
def test_a_full_disk_under_the_output_is_told(line: str, tmp_path: Path) -> None:
    code, err = shell(f"missent {line} > /dev/full", tmp_path)
    assert (code, err) == (
        UNDECIDED,
        "Error: the output could not be written: No space left on device\n",
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_a_full_disk_under_both_outputs_is_borne(tmp_path: Path) -> None:
    assert shell("missent zone army.ml > /dev/full 2> /dev/full", tmp_path) == (UNDECIDED, "")


def test_what_the_caller_closed_is_borne(tmp_path: Path) -> None:
    assert shell("missent check a@army.ml >&-", tmp_path) == (1, "")
    assert shell("missent check <&-", tmp_path) == (0, "")
    assert shell("missent check a@army.ml 2>&- >/dev/null", tmp_path) == (1, "")


def test_letters_that_the_terminal_lacks_are_spelt(tmp_path: Path) -> None:
    code, err = shell("PYTHONIOENCODING=ascii missent check a@аррӏе.com > out", tmp_path)  # noqa: RUF001
    assert (code, err) == (1, "")
    assert "\\u0430" in (tmp_path / "out").read_text("ascii")
    code, err = shell("missent check --message $'caf\\xe9.eml'", tmp_path)
    assert code == USAGE
    assert "No such file" in err


def test_a_fault_of_missent_has_no_code_of_a_finding(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: root.Context) -> None:
        raise RuntimeError("the roof is down")

    monkeypatch.setattr(root.Context, "guard", broken)
    told = run("check", "a@army.ml")
    assert told.code == UNDECIDED
    assert told.err.startswith("Error: RuntimeError: the roof is down; this is a fault of missent")
    monkeypatch.setenv("MISSENT_TRACE", "1")
    with pytest.raises(RuntimeError, match="roof"):
        main()


def test_a_file_of_domains_that_is_no_text_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "names").write_bytes(b"\x84\x00\xff\n")
    told = run("exposure", "--offline", "--file", "names")
    assert told.code == USAGE
    assert "names: it is no text in UTF-8" in told.err


def test_a_run_to_compare_with_is_named_where_it_is_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "seen.json").write_text("")
    told = run("exposure", "--offline", "--since", "seen.json", "corp.example")
    assert told.code == USAGE
    assert "seen.json: not what --save wrote" in told.err


@pytest.mark.parametrize("option", ["--save", "--html"])
def test_a_folder_that_is_missing_is_told_before_anybody_is_asked(run: Run, option: str) -> None:
    told = run("exposure", option, "missing/file", "corp.example")
    assert told.code == USAGE
    assert f"{option}: missing is no directory" in told.err


def test_a_key_goes_into_no_folder_and_no_device(run: Run, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    told = run("hold", "key", "folder")
    assert told.code == USAGE
    assert "folder: it is no file" in told.err
    os.mkfifo(tmp_path / "pipe")
    assert run("hold", "key", "pipe").code == USAGE
    assert (tmp_path / "pipe").is_fifo()


def test_an_empty_log_among_others_is_passed_over(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mail.log").write_text("")
    (tmp_path / "mail.log.1").write_text(LOG)
    (tmp_path / "missent.toml").write_text('[store]\nurl = "sqlite:///s.db"\n')
    told = run("learn", "mail.log", "mail.log.1")
    assert told.code == 0
    assert "mail.log.1: postfix, 1 messages" in told.out
    assert run("replay", "mail.log", "mail.log.1").code == 1
    audit = run("audit", "--no-cache", "mail.log", "mail.log.1")
    assert audit.code == 1
    assert "army.ml" in audit.out
    assert "mail.log: there is nothing in it" in run("audit", "--no-cache", "mail.log").err


def test_a_missing_file_is_named_without_a_number(run: Run) -> None:
    told = run("audit", "--standing", "missing")
    assert told.code == USAGE
    assert "SOURCE: missing: No such file or directory" in told.err


def test_a_period_without_a_day_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mail.log").write_text(LOG)
    told = run("replay", "--since", "2026-01-02", "--until", "2026-01-01", "mail.log")
    assert told.code == USAGE
    assert "--since is not before --until" in told.err


def test_an_amount_of_memory_that_is_none_is_told_with_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mail.log").write_text(LOG)
    told = run("audit", "--no-cache", "--memory", "lots", "mail.log")
    assert told.code == USAGE
    assert "--memory lots" in told.err
    assert "write, say, 800MB" in told.err
    assert "SOURCE" not in told.err


def test_names_of_files_need_not_be_utf_8(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    (folder / os.fsdecode(b"mail\xe9.log")).write_text(LOG)
    code, _ = shell("missent audit --no-cache --html r.html caf*/mail* > out", tmp_path)
    assert code == 1
    assert "mail\\udce9.log" in (tmp_path / "r.html").read_text("utf-8")
    code, err = shell("missent audit caf*/mail*", tmp_path)
    assert code == USAGE
    assert "cannot be kept in a folder with such a name" in err
