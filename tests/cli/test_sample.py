"""`missent sample`, and the link that `make run` prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from missent.cli.shell import me
from missent.hold.keys import write_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

CONFIG = """
[relay]
outbox = "outbox"
[hold]
key_file = "hold.key"
[notice]
author = "missent@corp.example"
[web]
url = "http://127.0.0.1:8025/"
[store]
url = "sqlite:///missent.db"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    write_key(tmp_path / "hold.key")
    file = tmp_path / "missent.toml"
    file.write_text(CONFIG)
    return file


@pytest.mark.usefixtures("config")
def test_add_and_remove(run: Callable[..., Outcome]) -> None:
    assert run("sample", "add").code == 0
    assert run("held", "list").out.count("@kestrel.example -> ") == 5
    again = run("sample", "add")
    assert (again.code, "missent sample remove takes it away" in again.err) == (2, True)
    gone = run("sample", "remove")
    assert (gone.code, "were taken away" in gone.out) == (0, True)
    assert "kestrel" not in run("held", "list").out
    assert run("sample", "remove").code == 1
    noted = [json.loads(line) for line in run("trail", "export").out.splitlines()]
    assert [(one["who"], one["action"]) for one in noted] == [(me(), "remove sample")]


def test_it_is_not_laid_where_mail_could_leave_the_machine(
    config: Path, run: Callable[..., Outcome]
) -> None:
    config.write_text(CONFIG.replace("[relay]", '[relay]\nupstream = "smtp://127.0.0.1:25"'))
    told = run("sample", "add")
    assert (told.code, "no mail leaves the machine" in told.err) == (2, True)


@pytest.mark.usefixtures("config")
def test_a_link_signs_the_administrator_in(run: Callable[..., Outcome]) -> None:
    first, second = run("sample", "link"), run("sample", "link")
    for link in (first, second):
        assert link.code == 0
        assert link.out.strip().startswith("http://127.0.0.1:8025/signin/link/")
    assert first.out != second.out
    assert "admin" in run("user", "list").out


@pytest.mark.parametrize(
    ("command", "mend"), [("add", "[hold]"), ("remove", "[store]"), ("link", "[web]")]
)
def test_what_is_missing_is_told_with_the_mend(
    config: Path, run: Callable[..., Outcome], command: str, mend: str
) -> None:
    config.write_text("")
    told = run("sample", command)
    assert (told.code, mend in told.err) == (2, True)
