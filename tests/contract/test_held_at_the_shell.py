"""What `missent held` does stands in the trail, in every store, as what the console does."""

from __future__ import annotations

import asyncio
import os
import pwd
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from missent.hold.held import Envelope, Record
from missent.hold.machine import State
from missent.hold.sql.store import SqlHold
from missent.testing.hold import GEN, suspect
from missent.web.sql.trail import SqlTrail
from missent.web.trail import faults

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from missent.memory.sql.store import SqlStore

NAME = "00112233445566aa"
ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
async def held(store: SqlStore, url: str, tmp_path: Path) -> Callable[..., Awaitable[str]]:
    """`missent held`, as another process, over a store with a message to two recipients."""
    file = tmp_path / "missent.toml"
    file.write_text(f'[store]\nurl = "{url}"\n')
    both = (suspect(), suspect("joe@navy.ml", "joe@navy.mil", review=True))
    record = Record(NAME, Envelope("ann@corp.example"), both, b"sealed", b"", 6, "", 1, 1 << 33)
    await SqlHold(store).keep(record)

    async def run(*words: str, **environment: str) -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "missent", "--config", file, "held", *words,
            env={"PATH": os.environ["PATH"], "LOGNAME": "somebody-else"} | environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await process.communicate()
        return said.decode()

    return run


async def test_who_did_what_is_in_the_trail(
    store: SqlStore, held: Callable[..., Awaitable[str]]
) -> None:
    assert await held("redirect", NAME, "gen@navy.mil", "-r", "1") == (
        f"{NAME} recipient 1: redirected\n"
    )
    said = await held("release", NAME, "--by", "bob", "--why", "she rang", SUDO_USER="carol")
    assert said == f"{NAME} recipient 2: released\n"
    said = await held("discard", NAME, "-r", "1")
    assert said == f"{NAME} recipient 1: nothing changed: somebody decided already\n"
    entries = await SqlTrail(store).entries()
    assert [entry[2:6] for entry in entries] == [
        (f"{ME} (shell)", "redirect held", f"{NAME}/1", f"{GEN}, sent to gen@navy.mil instead"),
        (f"carol as {ME} (shell)", "release held", f"{NAME}/2", "joe@navy.ml, for bob; she rang"),
        (f"{ME} (shell)", "discard held", f"{NAME}/1", GEN),
        (f"{ME} (shell)", "discard held", f"{NAME}/1", "nothing changed: somebody decided already"),
    ]
    assert list(faults(entries)) == []
    steps = [(step.what, step.who) for step in await SqlHold(store).steps(NAME)]
    assert steps[2:] == [("redirected", f"{ME} (shell)"), ("released", "bob")]


async def test_what_only_looks_is_not_and_what_cannot_be_noted_is_not_done(
    store: SqlStore, held: Callable[..., Awaitable[str]]
) -> None:
    await held("list")
    await held("show", NAME)
    await held("release", NAME, "-r", "3")
    assert await SqlTrail(store).entries() == []
    async with store.writing() as connection:
        await connection.execute(text("ALTER TABLE trail RENAME TO elsewhere"))
    said = await held("release", NAME)
    assert "Error" in said
    assert "Traceback" not in said
    message = await SqlHold(store).message(NAME)
    assert message is not None
    assert {one.state for one in message.recipients} == {State.HELD}
