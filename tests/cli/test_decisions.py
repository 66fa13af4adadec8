from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from missent.cli.root import cli
from missent.memory.decided import Decision, Judgement
from missent.memory.interface import Batch
from missent.memory.sql.store import SqlStore

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from missent.core.finding import Json

ANN = "ann@corp.example"
AT = 1_764_072_000  # 2025-11-25T12:00:00Z
FOUND: dict[str, Json] = {
    "code": "T101",
    "probability": 0.999,
    "summary": "It is.",
    "evidence": {"at": 7},
}
MADE = (
    Decision(
        AT, ANN, "gen@army.ml", "block", ("T101",), 0.999, ("gen@army.mil",), "refused",
        "1@corp.example", enforced=True, findings=(FOUND,),
    ),
    Decision(AT + 86_400, "", "eve@\x1b[31mx", "warn", ("T104",), 0.7, (), "accepted"),
)  # fmt: skip
BLOCK = (
    f"2025-11-25T12:00:00Z  block  {ANN} -> gen@army.ml  did you mean gen@army.mil?"
    "  [T101 99%]  refused\n"
)
WARN = "2025-11-26T12:00:00Z  warn   <> -> eve@\\x1b[31mx  [T104 70%]  accepted (monitor)\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    async def fill() -> None:
        store = await SqlStore.open(f"sqlite:///{tmp_path}/missent.db")
        tally = {(AT // 86_400, "messages"): 300, (AT // 86_400 + 1, "messages"): 200}
        await store.write(Batch(decisions=MADE, tally=tally))
        await store.judge(1, Judgement(right=False, by="ann", at=AT + 5))
        await store.close()

    asyncio.run(fill())
    file = tmp_path / "missent.toml"
    file.write_text(f'[store]\nurl = "sqlite:///{tmp_path}/missent.db"\n')
    return file


def run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(config), "decisions", *arguments])


def test_for_people_with_the_rate_at_the_end(config: Path) -> None:
    done = run(config)
    assert done.exit_code == 0
    assert done.stdout == BLOCK + WARN
    assert done.stderr == "2 decisions; 500 messages on these days: 4.00 in 1,000\n"


@pytest.mark.parametrize(
    ("arguments", "shown", "told"),
    [
        (["--since", "2025-11-26"], WARN, "1 decision; 200 messages on these days: 5.00 in 1,000"),
        (["--until", "2025-11-26"], BLOCK, "1 decision; 300 messages on these days: 3.33"),
        (["--sender", "corp.example"], BLOCK, "1 decision\n"),
        (["--recipient", "*.ml", "--code", "t101", "--action", "block"], BLOCK, "1 decision; 500"),
        (["--code", "T999"], "", "0 decisions; 500 messages on these days: 0.00"),
        (["--since", "1d"], "", "0 decisions\n"),
    ],
)
def test_what_is_asked_for(config: Path, arguments: list[str], shown: str, told: str) -> None:
    done = run(config, *arguments)
    assert (done.exit_code, done.stdout) == (0, shown)
    assert done.stderr.startswith(told)


def test_for_programs(config: Path) -> None:
    lines = [json.loads(line) for line in run(config, "--format", "ndjson").stdout.splitlines()]
    assert lines == json.loads(run(config, "--format", "json").stdout)
    assert lines[0] == {
        "number": 1, "at": "2025-11-25T12:00:00Z", "sender": ANN, "recipient": "gen@army.ml",
        "action": "block", "codes": ["T101"], "probability": 0.999,
        "did_you_mean": ["gen@army.mil"], "disposition": "refused",
        "message_id": "1@corp.example", "enforced": True, "findings": [FOUND],
        "judgement": {"right": False, "by": "ann", "at": "2025-11-25T12:00:05Z"},
    }  # fmt: skip
    assert lines[1]["judgement"] is None
    assert json.loads(run(config, "--format", "json", "--action", "hold").stdout) == []


def test_more_than_are_read_at_once(config: Path) -> None:
    async def fill() -> None:
        store = await SqlStore.open(f"sqlite:///{config.parent}/missent.db")
        now = int(time.time())
        await store.write(
            Batch(decisions=[Decision(now, ANN, f"{n}@x.ml", "hold") for n in range(2100)])
        )
        await store.close()

    asyncio.run(fill())
    lines = run(config, "--since", "1h", "--format", "ndjson").stdout.splitlines()
    assert [json.loads(line)["recipient"] for line in lines] == [f"{n}@x.ml" for n in range(2100)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "yesterday"], "'yesterday' is no moment such as 2026-11-25"),
        (["--recipient", "@corp.example"], "a pattern is an address without wildcards"),
        (["--action", "allow"], "'allow' is not one of"),
    ],
)
def test_what_cannot_be_asked_for(config: Path, arguments: list[str], said: str) -> None:
    done = run(config, *arguments)
    assert done.exit_code == 2
    assert said in done.stderr
