"""`missent exposure` with a real name server."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from missent.testing import nsd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Exposure = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(bool(nsd.why_not()), reason=nsd.why_not()),
]
ZONE = "navy.ml MX 10 mx.catcher.com.\nmx.catcher.com A 192.0.2.1\nnavy.com MX 0 .\n"


@pytest.fixture(scope="module")
def server() -> Iterator[nsd.Nsd]:
    with nsd.Nsd({"": ZONE}) as running:
        yield running


@pytest.fixture
def exposure(tmp_path: Path, server: nsd.Nsd) -> Exposure:
    file = tmp_path / "missent.toml"
    file.write_text(f'[dns]\nresolvers = ["{server.address}"]\nrate = 100000\ntimeout = 3\n')

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "missent", "--config", str(file), "exposure"]
        command += ["--limit", "60", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=110, check=False, cwd=tmp_path
        )

    return run


def test_for_people_and_for_programs(exposure: Exposure) -> None:
    told = exposure("--volume", "1000000", "navy.mil")
    assert told.returncode == 1, told.stderr
    first = told.stdout.splitlines()[0]
    assert first.startswith("navy.ml ")
    assert "operator catcher.com" in first
    rows = json.loads(exposure("--format", "json", "navy.mil").stdout)["lookalikes"]
    assert len(rows) == 60
    assert (rows[0]["name"], rows[0]["state"]) == ("navy.ml", "mx")
    assert {row["state"] for row in rows if row["name"] == "navy.com"} == {"null mx"}
    table = list(csv.DictReader(io.StringIO(exposure("--format", "csv", "navy.mil").stdout)))
    assert [row["name"] for row in table] == [row["name"] for row in rows]


def test_only_what_changed(exposure: Exposure, server: nsd.Nsd, tmp_path: Path) -> None:
    assert exposure("--save", "seen.json", "--html", "map.html", "navy.mil").returncode == 1
    assert (tmp_path / "map.html").read_text().startswith("<!doctype html>")
    again = ("--since", "seen.json", "--save", "seen.json", "navy.mil")
    told = exposure(*again)
    assert (told.returncode, told.stdout) == (0, "")
    try:
        server.restart({"": ZONE + "nav.mil A 192.0.2.9\n", "ml": "broken MX ten\n"})
        told = exposure(*again)
        assert (told.returncode, told.stdout) == (1, "nav.mil: not registered -> implicit mx\n")
        told = exposure(*again)
        assert (told.returncode, told.stdout) == (0, "")
    finally:
        server.restart({"": ZONE})
    told = exposure(*again)
    assert told.stdout == "nav.mil: implicit mx -> not registered\n"


def test_bad_input_names_the_mend(exposure: Exposure, tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text("{}")
    for arguments, said in (
        (("a..b",), "two dots in a row"),
        (("navy",), "is no domain"),
        (("--since", "odd.json", "navy.mil"), "no output of"),
        ((), "name a domain of yours"),
    ):
        told = exposure(*arguments)
        assert told.returncode == 2
        assert said in told.stderr
        assert "Traceback" not in told.stderr
