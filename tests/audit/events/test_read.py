from __future__ import annotations

import lzma
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
import zstandard
from tests.audit.events.formats.test_postfix import message

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Read = Callable[..., Any]
    Rows = Callable[..., list[tuple[Any, ...]]]

EXPECTED = [("ann@corp.example", "gen@army.ml", None, 0)]


def test_packed_files(reading: Read, rows: Rows) -> None:
    text = message().encode()
    for packed in (lzma.compress(text), zstandard.compress(text)):
        assert rows(reading(packed)) == EXPECTED


def test_folders_and_globs(reading: Read, rows: Rows, tmp_path: Path) -> None:
    folder = tmp_path / "logs/2024"
    folder.mkdir(parents=True)
    (folder / "mail.log").write_text(message())
    (folder / "notes.txt").write_text("nothing that is a log")
    assert rows(reading(folder.parent)) == EXPECTED
    assert rows(reading(folder / "mail.*")) == EXPECTED
    with pytest.raises(ValueError, match="no file has such a name"):
        reading(folder / "nothing.*")


def test_a_name_that_is_wrong_is_told_with_the_mend(reading: Read, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no such file"):
        reading(tmp_path / "mial.log")
    with pytest.raises(ValueError, match="--read-as parquet\\|postfix"):
        reading("nothing that is a log\n")


def test_what_has_not_changed_is_not_read_again(reading: Read, rows: Rows, tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_text(message())
    first, second = reading(log, year=2024), reading(log, year=2024)
    assert (first.again, second.again) == (False, True)
    assert second.sources[0].lines == 5
    assert rows(second) == EXPECTED
    with log.open("a") as more:
        more.write(message(identity="4SxYz12399zBcD"))
    assert len(rows(reading(log, year=2024))) == 2


def test_a_log_without_mail_is_no_fault(reading: Read, rows: Rows) -> None:
    text = "Jan  2 03:04:05 mx1 postfix/smtpd[1]: connect from pc[10.0.0.1]\n"
    assert rows(reading(text)) == []


@pytest.mark.slow
def test_killed_in_the_middle_it_leaves_nothing_that_could_be_taken_for_whole(
    tmp_path: Path,
) -> None:
    log, report = tmp_path / "mail.log", tmp_path / "report.html"
    with log.open("w") as file:
        for number in range(150_000):
            file.write(message(identity=f"4SxYz{number:06}zBcD"))
    command = (sys.executable, "-m", "missent", "audit", "--html", report, log)
    cache = tmp_path / ".missent-audit"
    for stop in (signal.SIGKILL, signal.SIGINT):
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        end = time.monotonic() + 60
        while not list(cache.glob(f"unfinished-{running.pid}/events-*")):
            assert running.poll() is None, "it was too quick to be killed"
            assert time.monotonic() < end
            time.sleep(0.01)
        os.kill(running.pid, stop)
        _, said = running.communicate(timeout=60)
        assert running.returncode == (130 if stop == signal.SIGINT else -9)
        assert b"Traceback" not in said
        assert not report.exists()
        assert not list(cache.glob("events-*"))
    assert not list(cache.glob("unfinished-*")), "what the killed run left is removed by the next"
