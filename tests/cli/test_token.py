from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from missent.cli.token import SCOPES
from missent.web.tokens import Scope

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def config(tmp_path: Path) -> None:
    (tmp_path / "missent.toml").write_text(f'[store]\nurl = "sqlite:///{tmp_path}/missent.db"\n')


def test_every_scope_can_be_given() -> None:
    assert list(SCOPES) == [scope.value for scope in Scope]


def test_a_secret_is_printed_once_and_the_token_listed_and_revoked(run: Run) -> None:
    made = run("token", "add", "desk", "--scope", "held:read", "--scope", "screen")
    secret = made.out.strip()
    assert made.err.endswith("missent.db: a new store, made now\n")
    assert (made.code, secret.startswith("missent_"), len(secret)) == (0, True, 51)
    listed = run("token", "list")
    assert "desk" in listed.out
    assert "held:read, screen" in listed.out
    assert secret not in listed.out
    again = run("token", "add", "desk", "--scope", "screen")
    assert (again.code, "revoke it, or choose another name" in again.err) == (2, True)
    assert run("token", "revoke", "desk").out == "desk: revoked\n"
    gone = run("token", "revoke", "desk")
    assert (gone.code, "missent token list" in gone.err) == (2, True)
    said = json.loads(run("token", "list", "--format", "json").out)
    assert said["scopes"] == ["held:read", "screen"]
    assert said["revoked"] is not None


def test_it_may_end_by_itself(run: Run) -> None:
    made = run(
        "token", "add", "a", "--scope", "form", "--expires", "2999-01-31", "--format", "json"
    )
    assert json.loads(made.out)["expires"] == "2999-01-31T00:00:00Z"
    assert json.loads(made.out)["secret"].startswith("missent_")
    assert run("token", "add", "b", "--scope", "form", "--expires", "90d").code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a b", "--scope", "form"), "is no name"),
        (("a",), "Missing option '--scope'"),
        (("a", "--scope", "everything"), "'everything' is not one of"),
        (("a", "--scope", "form", "--expires", "soon"), "neither a date"),
        (("a", "--scope", "form", "--expires", "1999-01-01"), "is over"),
    ],
)
def test_what_is_wrong_is_told(run: Run, arguments: tuple[str, ...], said: str) -> None:
    done = run("token", "add", *arguments)
    assert (done.code, said in done.err) == (2, True), done.err


def test_without_a_store_it_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "missent.toml").write_text("")
    done = run("token", "list")
    assert (done.code, "store.url is not set" in done.err) == (2, True)
