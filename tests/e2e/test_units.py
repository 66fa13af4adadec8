"""The units of deploy/, as systemd reads them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy").glob("*/*.service"))
OF_USERS = "missent-user.service"  # which cannot shut off what a user can reach
MOST = 30  # of 100 that `systemd-analyze security` calls exposed; without hardening it is 92


@pytest.fixture
def analyze(
    requires: Callable[[str], str], tmp_path: Path
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run systemd-analyze over a unit whose programs are there."""
    program = requires("systemd-analyze")

    def run(text: str, name: str, *words: str) -> subprocess.CompletedProcess[str]:
        unit = tmp_path / name
        for place in ("/opt/missent", "/usr/local", "%h/.local"):
            text = text.replace(f"{place}/bin/missent", "/bin/true")
        unit.write_text(text)
        return subprocess.run(
            [program, *words, str(unit)], capture_output=True, text=True, check=False
        )

    return run


def test_there_are_units() -> None:
    assert [unit.name for unit in UNITS] == [
        "missent-sinkhole.service",
        OF_USERS,
        "missent.service",
    ]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_every_line(
    unit: Path, analyze: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    told = analyze(unit.read_text(), unit.name, "verify", "--man=no")
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
    wrong = analyze(f"{unit.read_text()}[Service]\nProtectHose=yes\n", unit.name, "verify")
    assert "'ProtectHose'" in wrong.stderr


@pytest.mark.parametrize(
    "unit", [unit for unit in UNITS if unit.name != OF_USERS], ids=lambda unit: unit.name
)
def test_little_of_the_machine_is_exposed(
    unit: Path, analyze: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    words = ("security", "--offline=yes", "--no-pager", f"--threshold={MOST}")
    told = analyze(unit.read_text(), unit.name, *words)
    assert told.returncode == 0, told.stdout
    bare = "[Service]\nExecStart=/bin/true\n"
    assert analyze(bare, unit.name, *words).returncode != 0
