"""What is released: the wheel, with its locked dependencies and nothing that only tests need."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import venv
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.e2e


def _run(*command: str | Path, code: int = 0) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == code, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel; its dependencies are copied, so no index is asked."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")
    offline = ("--no-deps", "--no-index")
    _run(*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (wheel,) = folder.glob("missent-*.whl")
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    locked = (ROOT / "requirements" / "run.txt").read_text("utf-8")
    for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", locked, re.MULTILINE):
        _copy(name, version, packages)
    _run(*pip, "--python", python, "install", *offline, wheel)
    return folder


def _copy(name: str, version: str, packages: Path) -> None:
    found = metadata.distribution(name)
    assert found.version == version, f"{name}: run `make` to install what is locked"
    for file in found.files or ():
        source = Path(str(found.locate_file(file)))
        if ".." not in file.parts and source.exists():
            (packages / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, packages / file)


def test_the_command_decides(folder: Path) -> None:
    missent = folder / "venv" / "bin" / "missent"
    told = json.loads(_run(missent, "check", "--format", "ndjson", "gen@army.ml", code=1))
    assert told["did_you_mean"] == ["gen@army.mil"]
    assert _run(missent, "--version").startswith("missent ")


def test_every_command_can_be_loaded(folder: Path) -> None:
    missent = folder / "venv" / "bin" / "missent"
    commands = re.findall(r"^  ([a-z]+) ", _run(missent, "--help"), re.MULTILINE)
    assert "serve" in commands
    for command in commands:
        assert "Usage: " in _run(missent, command, "--help")


def test_every_module_can_be_imported(folder: Path) -> None:
    # testing/ is shipped for those who test: what it needs is theirs to install.
    code = (
        "import importlib, pkgutil, missent\n"
        "for m in pkgutil.walk_packages(missent.__path__, 'missent.'):\n"
        "    if not m.name.startswith(('missent.testing', 'missent.memory.migrations')):\n"
        "        importlib.import_module(m.name) if not m.name.endswith('__main__') else None\n"
    )
    _run(folder / "venv" / "bin" / "python", "-I", "-c", code)


def test_the_store_can_be_made(folder: Path) -> None:
    file = folder / "missent.toml"
    file.write_text(f'[store]\nurl = "sqlite:///{folder}/missent.db"\n')
    missent = folder / "venv" / "bin" / "missent"
    _run(missent, "--config", file, "token", "add", "desk", "--scope", "screen")
    assert (folder / "missent.db").exists()
    _run(missent, "--config", file, "check", "jane@gmail.com")


def test_the_wheel_holds_the_package_and_its_notices_alone(folder: Path) -> None:
    python = folder / "venv" / "bin" / "python"
    code = "from importlib import metadata as m; print(*m.distribution('missent').files, sep='\\n')"
    files = _run(python, "-I", "-c", code).split()
    outside = {f.split("/")[0] for f in files if not f.startswith(("missent/", "missent-", "../"))}
    assert not outside
    assert any(f.endswith("licenses/NOTICE") for f in files)
    assert "missent/py.typed" in files
    assert "missent/core/tables/README.md" in files
