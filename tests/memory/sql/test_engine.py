"""URLs of stores, what may be said of them, and the SQLite file."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from missent.core.errors import ConfigError, StoreError
from missent.memory.interface import Batch
from missent.memory.learned import Delta, Lesson
from missent.memory.sql.engine import driver_url, prepare_file, shown
from missent.memory.sql.store import SqlStore

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("sqlite:///var/missent.db", "sqlite+aiosqlite:///var/missent.db"),
        ("sqlite:////var/lib/missent.db", "sqlite+aiosqlite:////var/lib/missent.db"),
        ("postgres://m@db/missent", "postgresql+asyncpg://m@db/missent"),
        ("postgresql://m@db:5433/missent", "postgresql+asyncpg://m@db:5433/missent"),
        (
            "postgresql://m@db/missent?sslmode=verify-full",
            "postgresql+asyncpg://m@db/missent?ssl=verify-full",
        ),
    ],
)
def test_a_url_gets_its_driver(text: str, driver: str) -> None:
    assert driver_url(text).render_as_string(hide_password=False) == driver


@pytest.mark.parametrize(
    "text", ["", "nonsense", "mysql://m@db/missent", "sqlite://", "sqlite:///:memory:"]
)
def test_any_other_url_is_refused_with_the_mend(text: str) -> None:
    with pytest.raises(ConfigError, match="sqlite:///PATH"):
        driver_url(text)


def test_a_password_from_a_file_goes_before_that_of_the_url_and_none_is_shown() -> None:
    url = driver_url("postgresql://m:early@db/missent", password="late:@/")
    assert url.password == "late:@/"
    assert shown(url) == "postgresql://m:***@db/missent"


async def test_a_password_is_in_no_error_nor_in_its_traceback() -> None:
    with pytest.raises(StoreError) as failed:
        await SqlStore.open("postgresql://m:hunter2@127.0.0.1:1/missent")
    error: BaseException | None = failed.value
    while error is not None:
        assert "hunter2" not in f"{error!r} {error}"
        error = error.__cause__
    assert "postgresql://m:***@127.0.0.1:1/missent" in str(failed.value)


async def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file/missent\.db.*is its directory there"):
        await SqlStore.open(f"sqlite:///{tmp_path}/file/missent.db")


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear Sir or Madam" * 100)
    with pytest.raises(StoreError, match=r"letter\.db"):
        await SqlStore.open(f"sqlite:///{path}")
    assert path.read_text() == "Dear Sir or Madam" * 100


async def test_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    store = await SqlStore.open(f"sqlite:///{tmp_path}/var/missent.db")
    await store.write(Batch([Lesson((Delta("a@x.example", "b@y.example", 1, sent=1),))]))
    files = list((tmp_path / "var").iterdir())
    assert {file.name for file in files} >= {"missent.db", "missent.db-wal"}
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    await store.close()


def holding(directory: Path, octets: bytes) -> list[Path]:
    return [file for file in directory.iterdir() if octets in file.read_bytes()]


async def test_what_is_forgotten_is_overwritten_in_the_file(tmp_path: Path) -> None:
    store = await SqlStore.open(f"sqlite:///{tmp_path}/missent.db")
    addresses = [f"eve-{number}@partner.example" for number in range(500)]
    deltas = [Delta("ann@corp.example", address, 1, sent=1) for address in addresses]
    await store.write(Batch([Lesson((delta,), delta.address) for delta in deltas]))
    assert holding(tmp_path, b"eve-123")
    await store.forget("eve-123@partner.example")
    assert not holding(tmp_path, b"eve-123")
    await store.expire(2)
    assert not holding(tmp_path, b"eve-")
    await store.close()


async def test_staleness_is_told_without_a_query(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/missent.db"
    store, other = await SqlStore.open(url), await SqlStore.open(url)
    await store.changes(0)
    assert not store.stale()
    await other.write(Batch([Lesson((Delta("a@x.example", "b@y.example", 1, sent=1),))]))
    assert store.stale()
    await store.changes(0)
    assert not store.stale()
    await store.close()
    await other.close()


def test_a_file_that_root_makes_belongs_to_whom_its_folder_belongs_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[object, int, int]] = []
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("os.chown", lambda *words: given.append(words))
    prepare_file(tmp_path / "missent.db")
    prepare_file(tmp_path / "missent.db")
    folder = tmp_path.stat()
    assert given == [(tmp_path / "missent.db", folder.st_uid, folder.st_gid)]
