"""A store at a misspelt path: told by those who read or administer one, made by none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from missent.cli.root import Commands

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

CONFIG = """
[organisation]
domains = ["corp.example"]
[store]
url = "sqlite:///misspelt/missent.db"
[sinkhole]
organisation = "Corp"
contact = "post@corp.example"
[[sinkhole.lookalike]]
typed = "corp.exmaple"
meant = "corp.example"
"""
READERS = [
    ("check", "a@b.example"),
    ("decisions",),
    ("export",),
    ("export", "a@b.example"),
    ("exposure", "--offline", "corp.example"),
    ("forget", "a@b.example"),
    ("held", "list"),
    ("held", "show", "00112233445566aa"),
    ("held", "release", "00112233445566aa"),
    ("held", "redirect", "00112233445566aa", "a@b.example"),
    ("held", "discard", "00112233445566aa"),
    ("sample", "remove"),
    ("sinkhole", "report"),
    ("sinkhole", "senders"),
    ("token", "list"),
    ("token", "revoke", "a"),
    ("trail", "export"),
    ("trail", "verify"),
    ("user", "list"),
    ("user", "link", "a"),
    ("user", "passwd", "a"),
    ("user", "remove", "a"),
    ("user", "role", "a", "viewer"),
    ("user", "totp", "a"),
    ("user", "unlock", "a"),
]


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_the_path_is_told_and_no_store_made(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    assert command[0] in Commands.modules
    file = tmp_path / "missent.toml"
    file.write_text(CONFIG)
    told = run(*command, stdin=b"correct horse battery\n")
    assert (told.code, told.out) == (2, "")
    assert f"there is no file {tmp_path}/misspelt/missent.db; missent serve, learn" in told.err
    assert list(tmp_path.iterdir()) == [file]


def test_a_first_account_or_token_makes_it_and_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "missent.toml").write_text(CONFIG)
    made = run("token", "add", "a", "--scope", "form")
    assert made.err == f"{tmp_path}/misspelt/missent.db: a new store, made now\n"
    again = run("token", "add", "b", "--scope", "form")
    assert (again.code, again.err) == (0, "")
