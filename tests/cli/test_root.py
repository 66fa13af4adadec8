from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from missent._version import __version__
from missent.cli.root import Commands, Context, cli

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Run

MISSENT = (sys.executable, "-m", "missent")


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").out == f"missent {__version__}\n"


def test_without_a_command_there_is_help(run: Run) -> None:
    told = run()
    assert told.code == 2
    assert "Commands:" in told.err


def test_an_unknown_command_names_the_nearest(run: Run) -> None:
    told = run("chek")
    assert told.code == 2
    assert "check" in told.err


@pytest.mark.parametrize("command", sorted(Commands.modules))
def test_every_command_has_help_with_an_example(run: Run, command: str) -> None:
    told = run(command, "--help")
    assert told.code == 0
    assert "Example" in told.out
    assert "missent " in told.out


def test_every_module_of_a_command_is_listed() -> None:
    folder = Path(sys.modules["missent.cli"].__file__ or "").parent
    found = {p.stem for p in folder.glob("*.py") if "\n@click.command(" in p.read_text("utf-8")}
    found |= {p.stem for p in folder.glob("*.py") if "\n@click.group(" in p.read_text("utf-8")}
    assert found - {"root"} == set(Commands.modules)


def test_config_names_the_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text("[policy]\nmod = 'enforce'\n")
    told = run("--config", str(file), "check", "a@x.example")
    assert told.code == 2
    assert told.err == f"Error: {file}: policy.mod is no setting; did you mean policy.mode?\n"


def test_the_environment_names_the_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MISSENT_CONFIG", str(tmp_path / "none.toml"))
    told = run("config", "check")
    assert told.code == 2
    assert "none.toml: No such file or directory" in told.err


def test_the_option_wins_over_the_environment_and_that_over_the_place(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("missent.toml", "env.toml", "option.toml"):
        (tmp_path / name).write_text(f"[organisation]\ndomains = ['{name}.example']\n")
    assert "missent.toml.example" in run("config", "show").out
    monkeypatch.setenv("MISSENT_CONFIG", str(tmp_path / "env.toml"))
    assert "env.toml.example" in run("config", "show").out
    option = str(tmp_path / "option.toml")
    assert "option.toml.example" in run("--config", option, "config", "show").out


def test_an_interrupt_is_quiet() -> None:
    with subprocess.Popen(
        (*MISSENT, "check", "--format", "ndjson"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"a@gmail.com\n")
        process.stdin.flush()
        # The answer comes before the input ends: it runs, and it streams.
        assert b"gmail.com" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, b"")


def test_a_reader_that_had_enough_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "many"
    file.write_text("a@gmail.com\n" * 50_000)
    reading, writing = os.pipe()
    with (
        file.open("rb") as stdin,
        subprocess.Popen(
            (*MISSENT, "check"), stdin=stdin, stdout=writing, stderr=subprocess.PIPE
        ) as process,
    ):
        os.close(writing)
        os.read(reading, 100)
        os.close(reading)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (141, b"")


def test_many_lines_are_answered_at_speed(tmp_path: Path) -> None:
    file = tmp_path / "many"
    file.write_text("".join(f"a{n}@gmail.com\n" for n in range(20_000)))
    before = time.monotonic()
    with file.open("rb") as stdin:
        done = subprocess.run(
            (*MISSENT, "check", "--format", "ndjson"), stdin=stdin, capture_output=True, check=True
        )
    assert done.stdout.count(b"\n") == 20_000
    assert time.monotonic() - before < 20


def _helps(*words: str) -> Iterator[tuple[str, ...]]:
    yield words
    for name in _groups(words):
        yield from _helps(*words, name)


def _groups(words: tuple[str, ...]) -> list[str]:
    command: click.Command = cli
    for word in words:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found
        command = found
    return command.list_commands(click.Context(command)) if isinstance(command, click.Group) else []


@pytest.mark.parametrize("words", list(_helps()), ids=lambda words: " ".join(("missent", *words)))
def test_help_fits_a_narrow_terminal_and_nothing_is_cut_off(
    run: Run, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    told = run(*words, "--help").out
    assert [line for line in told.splitlines() if len(line) > 80] == []
    assert not re.search(r"^  [a-z]+ .*\.\.\.$", told, re.MULTILINE)
    assert "Example" in told


def test_a_configuration_that_may_not_be_looked_at_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def forbidden(_: Path) -> bool:
        raise PermissionError

    monkeypatch.delenv("MISSENT_CONFIG", raising=False)
    monkeypatch.setattr(Path, "is_file", forbidden)
    assert Context(None).file == Path("missent.toml")
