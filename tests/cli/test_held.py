from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from missent.hold.held import Envelope, Record
from missent.hold.keys import Keys
from missent.hold.sql.store import SqlHold
from missent.memory.sql.store import SqlStore
from missent.testing.hold import suspect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

NAME = "00112233445566aa"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose store holds a message to two recipients."""
    url = f"sqlite:///{tmp_path}/missent.db"
    file = tmp_path / "missent.toml"
    file.write_text(f'[store]\nurl = "{url}"\n')

    async def fill() -> None:
        store = await SqlStore.open(url)
        both = (suspect(), suspect("joe@navy.ml", "joe@navy.mil", review=True))
        record = Record(NAME, Envelope("ann@corp.example"), both, b"sealed", b"", 6, "", 1, 1 << 33)
        await SqlHold(store).keep(record)
        await store.close()

    asyncio.run(fill())
    return file


@pytest.fixture
def held(config: Path, run: Callable[..., Outcome]) -> Callable[..., Outcome]:
    return lambda *words: run("--config", str(config), "held", *words)


def test_what_waits_is_listed(held: Callable[..., Outcome]) -> None:
    told = held("list")
    assert told.code == 0
    assert told.out.startswith(f"{NAME}  1970-01-01T00:00:01Z  ann@corp.example -> gen@army.ml (h")
    line = json.loads(held("list", "--format", "json").out)
    assert line["name"] == NAME
    assert [r["state"] for r in line["recipients"]] == ["held", "held"]


def test_a_reviewer_decides_and_it_is_recorded(held: Callable[..., Outcome]) -> None:
    done = held("release", NAME, "-r", "2", "--by", "carol", "--why", "called her")
    assert (done.code, done.out) == (0, f"{NAME} recipient 2: released\n")
    assert held("redirect", NAME, "gen@navy.mil").out == f"{NAME} recipient 1: redirected\n"
    again = held("discard", NAME)
    assert again.code == 1
    assert "nothing of it waits" in again.err
    assert held("discard", NAME, "-r", "1").code == 1
    shown = json.loads(held("show", NAME, "--format", "json").out)
    assert [r["sent_to"] for r in shown["recipients"]] == ["gen@navy.mil", "joe@navy.ml"]
    assert [(s["what"], s["who"], s["way"]) for s in shown["steps"]][2:3] == [
        ("released", "carol", "reviewer")
    ]
    text = held("show", NAME).out
    assert "called her" in text
    assert "2. joe@navy.ml: released" in text
    assert held("list").out == ""
    assert NAME in held("list", "--all").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "nonsense"), "no message 'nonsense' is kept"),
        (("discard", NAME, "-r", "3"), "has no recipient 3, but 2"),
        (("redirect", NAME, "nobody"), "nobody"),
    ],
)
def test_faults_are_told_with_the_mend(
    held: Callable[..., Outcome], words: tuple[str, ...], said: str
) -> None:
    told = held(*words)
    assert told.code == 2
    assert said in told.err
    assert "Traceback" not in told.err


def test_a_key_is_made(tmp_path: Path, run: Callable[..., Outcome]) -> None:
    file = tmp_path / "hold.key"
    for lines in (1, 2):
        told = run("hold", "key", str(file))
        assert (told.code, told.out) == (0, f"{file}: a new key stands in its first line\n")
        assert len(file.read_text().splitlines()) == lines
    assert file.read_text() not in told.out
    Keys.read(file)
