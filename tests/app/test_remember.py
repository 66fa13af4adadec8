from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from missent import Action, Guard
from missent.app import remember
from missent.core.address import Address
from missent.core.errors import ConfigError, StoreError
from missent.core.message import Message, Recipient
from missent.memory.interface import Batch
from missent.memory.learned import Delta, Lesson
from missent.settings import Settings, parse

if TYPE_CHECKING:
    from pathlib import Path

ME = Address.parse("me@corp.example")
ODD = Address.parse("a@corp.con")


def _settings(folder: Path, **more: object) -> Settings:
    return parse({"store": {"url": f"sqlite:///{folder}/missent.db"} | more}, "here")


async def _correspond(settings: Settings) -> None:
    async with remember.remembering(settings) as memory:
        assert memory is not None
        for day in range(9):
            at = int(time.time()) - 86400 * day
            memory.remember(Message(ME, (Recipient(ODD),)), at)
            memory.remember(Message(ODD, (Recipient(ME),)), at)


async def test_without_a_store_there_is_no_memory() -> None:
    async with remember.remembering(Settings()) as memory:
        assert memory is None


async def test_a_command_without_a_store_is_told_the_mend() -> None:
    with pytest.raises(ConfigError, match=r"store\.url is not set.*under \[store\]"):
        await remember.open_store(Settings())


def test_a_guard_reads_the_store_of_its_configuration(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    with pytest.raises(ConfigError, match=r"there is no file .*/missent\.db"):
        Guard(settings)
    assert not list(tmp_path.iterdir())
    assert Guard().check(ODD, ME).action > Action.ALLOW
    asyncio.run(_correspond(settings))
    assert Guard(settings).check(ODD, ME).action is Action.ALLOW


async def test_a_guard_can_be_made_where_an_event_loop_runs(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    await _correspond(settings)
    guard = Guard(settings)
    assert guard.check(ODD, ME).action is Action.ALLOW


async def test_what_was_not_used_for_long_is_forgotten_at_the_start(tmp_path: Path) -> None:
    settings = _settings(tmp_path, retention_days=30)
    async with remember.remembering(settings) as memory:
        assert memory is not None
        now = int(time.time())
        await memory.store.write(_sent(now - 31 * 86400, "old@x.example"))
        await memory.store.write(_sent(now - 29 * 86400, "new@x.example"))
    async with asyncio.timeout(20), remember.remembering(settings) as memory:
        assert memory is not None
        while memory.view().address("old@x.example"):  # noqa: ASYNC110  no event tells it
            await asyncio.sleep(0.01)
        assert memory.view().address("new@x.example")


def _sent(at: int, address: str) -> Batch:
    return Batch((Lesson((Delta(ME.key, address, at, sent=1),)),))


def test_a_store_that_cannot_be_had_is_told(tmp_path: Path) -> None:
    (tmp_path / "missent.db").write_text(
        "this is no database, but long enough to be looked at" * 99
    )
    with pytest.raises(StoreError, match=r"missent\.db"):
        Guard(_settings(tmp_path))


def test_the_password_comes_from_its_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(remember.VARIABLE, raising=False)
    assert remember.password(Settings()) is None
    monkeypatch.setenv(remember.VARIABLE, "from the environment")
    assert remember.password(Settings()) == "from the environment"
    file = tmp_path / "password"
    file.write_text("from the file\nnot this\n")
    assert remember.password(parse({"store": {"password_file": str(file)}}, "")) == "from the file"


@pytest.mark.parametrize("content", [None, "", "\nx"])
def test_a_password_file_without_a_password_is_told(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigError, match=r"store\.password_file: "):
        remember.password(parse({"store": {"password_file": str(file)}}, ""))
