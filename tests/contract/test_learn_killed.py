"""A learning process that is killed loses nothing and counts nothing twice."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from missent.memory.sql.store import SqlStore

if TYPE_CHECKING:
    from pathlib import Path

    from missent.memory.learned import Contact

_LEARN = """
import asyncio, sys
from pathlib import Path
from missent.audit import learn
from missent.memory.sql.store import SqlStore

learn._AT_ONCE = 50

async def main(url, path):
    store = await SqlStore.open(url)
    def tell(source):
        print(source.lessons, flush=True)
    await learn.learn([Path(path)], store, learn.LearnOptions(frozenset({"corp.example"})), tell)
    await store.close()

asyncio.run(main(*sys.argv[1:]))
"""


def mail(path: Path) -> None:
    chance = random.Random(7)  # noqa: S311  any mail will do
    with path.open("w") as file:
        for number in range(3_000):
            people = [f"{chance.randrange(40)}@corp.example"]
            people += [f"{chance.randrange(200)}@p{chance.randrange(20)}.example" for _ in "12"]
            sender = people.pop(chance.randrange(3))
            row = {"id": str(number), "date": 1_000_000_000 + number, "from": sender, "to": people}
            file.write(json.dumps(row) + "\n")


async def contents(url: str) -> list[Contact]:
    store = await SqlStore.open(url)
    rows = [row async for batch in store.contacts() for row in batch]
    await store.close()
    return rows


def killed(url: str, path: Path, after: int) -> bool:
    """Learn, and kill the process after so many of its transactions; whether it was killed."""
    command = [sys.executable, "-c", _LEARN, url, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(after):
            if not process.stdout.readline():
                break
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL


@pytest.mark.slow
async def test_killed_again_and_again_it_ends_where_an_undisturbed_one_does(
    url: str, tmp_path: Path
) -> None:
    path = tmp_path / "mail.jsonl"
    mail(path)
    undisturbed = f"sqlite:///{tmp_path}/undisturbed.db"
    assert not await asyncio.to_thread(killed, undisturbed, path, 10_000)
    expected = await contents(undisturbed)
    assert len(expected) > 3_000
    chance = random.Random(11)  # noqa: S311  likewise
    kills = 0
    for turn in range(5):
        # Ever later, so that the end is reached; the moment within a transaction is left to chance.
        kills += await asyncio.to_thread(killed, url, path, turn * 25 + chance.randrange(20))
    assert kills >= 3
    partly = await contents(url)
    assert 0 < len(partly) <= len(expected)
    await asyncio.to_thread(killed, url, path, 10_000)
    assert await contents(url) == expected
