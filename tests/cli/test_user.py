from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from missent.memory.sql.store import SqlStore
from missent.web.signin import codes, passwords
from missent.web.sql.accounts import Account, SqlAccounts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

PASSWORD = "correct horse battery"
GIVEN = f"{PASSWORD}\n".encode()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "missent.toml"
    file.write_text(
        f'[store]\nurl = "sqlite:///{tmp_path}/missent.db"\n'
        '[web]\nurl = "https://missent.example/"\n'
    )
    return file


@pytest.fixture
def missent(config: Path, run: Callable[..., Outcome]) -> Callable[..., Outcome]:
    return lambda *words, stdin=b"": run("--config", str(config), *words, stdin=stdin)


def account(folder: Path, name: str) -> Account:
    async def find() -> Account | None:
        store = await SqlStore.open(f"sqlite:///{folder}/missent.db")
        found = await SqlAccounts(store).find(name)
        await store.close()
        return found

    found = asyncio.run(find())
    assert found is not None
    return found


def test_an_account_is_made_and_changed(missent: Callable[..., Outcome], tmp_path: Path) -> None:
    made = missent("user", "add", "Carol", "--role", "reviewer", stdin=GIVEN)
    assert made.err == f"{tmp_path}/missent.db: a new store, made now\n"
    assert (made.code, made.out) == (0, "carol: may sign in as reviewer\n")
    kept = account(tmp_path, "carol")
    assert kept.password.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.right(kept.password, PASSWORD)
    assert PASSWORD not in kept.password
    assert missent("user", "role", "carol", "administrator").code == 0
    assert missent("user", "passwd", "carol", stdin=b"another fine one\n").code == 0
    assert passwords.right(account(tmp_path, "carol").password, "another fine one")
    assert missent("user", "unlock", "carol").code == 0
    line = json.loads(missent("user", "list", "--format", "json").out)
    assert (line["name"], line["role"], line["totp"]) == ("carol", "administrator", False)
    assert "never signed in" in missent("user", "list").out
    link = missent("user", "link", "carol").out
    assert link.startswith("https://missent.example/signin/link/")
    assert len(link.strip().rpartition("/")[2]) == 43
    assert missent("user", "remove", "carol").out == "carol: is removed\n"
    assert missent("user", "list").out == ""


def test_codes_are_printed_once_and_void_the_earlier(
    missent: Callable[..., Outcome], tmp_path: Path
) -> None:
    missent("user", "add", "carol", stdin=GIVEN)
    for _ in range(2):
        told = missent("user", "totp", "carol").out
        key = told.splitlines()[0].removeprefix("Key:  ")
        assert account(tmp_path, "carol").totp == key
        assert f"otpauth://totp/missent:carol?secret={key}&issuer=missent" in told
        assert len([line for line in told.splitlines() if line.startswith("  ")]) == 10
        assert all(codes.is_recovery(codes.tidied(line)) for line in told.splitlines()[3:])
    assert "code" in missent("user", "list").out
    assert missent("user", "totp", "carol", "--off").code == 0
    assert account(tmp_path, "carol").totp == ""


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (("add", "carol"), b"short\n", "at least 12"),
        (("add", "carol"), b"", "0 characters"),
        (("add", "carol"), b"aaaaaaaaaaaaaaaa\n", "repeats"),
        (("add", "carol-carol-carol"), b"Carol-Carol-Carol1\n", "the name of the user"),
        (("add", "carol"), b"x1y2z3" * 100, "more than 256"),
        (("add", "ann"), GIVEN, "there is a user 'ann'"),
        (("add", "a b"), GIVEN, "is no name"),
        (("add", "ann@corp.example"), GIVEN, "is no name"),
        (("add", "../ann"), GIVEN, "is no name"),
        (("add", "carol", "--role", "root"), GIVEN, "administrator"),
        (("passwd", "eve"), GIVEN, "no user 'eve'"),
        (("role", "eve", "viewer"), b"", "no user 'eve'"),
        (("remove", "eve"), b"", "no user 'eve'"),
        (("totp", "eve"), b"", "no user 'eve'"),
        (("unlock", "eve"), b"", "no user 'eve'"),
        (("link", "eve"), b"", "no user 'eve'"),
    ],
)
def test_faults_are_told_with_the_mend(
    missent: Callable[..., Outcome], words: tuple[str, ...], given: bytes, said: str
) -> None:
    missent("user", "add", "ann", stdin=GIVEN)
    told = missent("user", *words, stdin=given)
    assert told.code == 2
    assert said in told.err
    assert "Traceback" not in told.err
    assert PASSWORD not in told.err


def test_somebody_from_a_provider_has_no_password_here(
    missent: Callable[..., Outcome], tmp_path: Path
) -> None:
    async def add() -> None:
        store = await SqlStore.open(f"sqlite:///{tmp_path}/missent.db")
        made = Account("ann@corp.example", "viewer", "https://id.example", "1")
        await SqlAccounts(store).add(made, "test")
        await store.close()

    asyncio.run(add())
    assert "https://id.example" in missent("user", "list").out
    told = missent("user", "passwd", "ann@corp.example", stdin=GIVEN)
    assert (told.code, "change it there" in told.err) == (2, True)
    assert missent("user", "remove", "ann@corp.example").code == 0


def test_the_trail_is_exported_and_verified(
    missent: Callable[..., Outcome], tmp_path: Path
) -> None:
    missent("user", "add", "ann", stdin=GIVEN)
    missent("user", "role", "ann", "administrator")
    exported = missent("trail", "export")
    first, second = map(json.loads, exported.out.splitlines())
    assert (first["number"], first["action"], first["object"]) == (1, "add user", "ann")
    assert first["who"].endswith(" (shell)")
    assert first["at"].endswith("Z")
    assert missent("trail", "export", "--after", "1").out == exported.out.splitlines()[1] + "\n"
    file = tmp_path / "trail.ndjson"
    file.write_text(exported.out)
    missent("user", "remove", "ann")
    good = missent("trail", "verify", str(file))
    assert good.code == 0
    assert good.out.startswith("3 entries are as they were written, the last with ")

    async def tamper(statement: str) -> None:
        store = await SqlStore.open(f"sqlite:///{tmp_path}/missent.db")
        async with store.writing() as connection:
            await connection.execute(text(statement))
        await store.close()

    asyncio.run(tamper("DELETE FROM trail WHERE number = 3"))
    assert missent("trail", "verify", str(file)).code == 0  # nothing kept elsewhere says more
    asyncio.run(tamper("DELETE FROM trail WHERE number = 2"))
    bad = missent("trail", "verify", str(file))
    assert (bad.code, bad.out) == (1, f"entry 2 of {file} is not in the store\n")
    missent("user", "add", "bob", stdin=GIVEN)  # number 2 anew: the chain itself is whole
    assert missent("trail", "verify").code == 0
    bad = missent("trail", "verify", str(file))
    assert (bad.code, bad.out) == (1, f"entry 2 is not the one of {file}\n")
    asyncio.run(tamper("UPDATE trail SET who = 'eve' WHERE number = 1"))
    assert "entry 1 was changed" in missent("trail", "verify").out
    file.write_bytes(b"\xff\x00 no entry\n")
    told = missent("trail", "verify", str(file))
    assert (told.code, "line 1 is no entry" in told.err) == (2, True)
    assert second["object"] == "ann"
