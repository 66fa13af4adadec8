"""A replay in several processes is the same as in one."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from missent.app import build
from missent.audit.budget import lowered
from missent.audit.replay_order import OrderError
from missent.audit.replay_prompt import Options
from missent.audit.replay_run import Alone, Plan, Source, Together
from missent.core.address import Address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def _mail(seed: int) -> Iterator[str]:
    random = Random(seed)  # noqa: S311  no secrets are made here
    people = [f"p{n}@corp.example" for n in range(9)]
    others = [f"jo{n}@gmail.com" for n in range(9)] + [f"jo{n}@gmail.con" for n in range(9)]
    for number in range(300):
        row = {
            "id": f"<{number}@test>",
            "date": 1_000_000_000 + 60 * number,
            "from": random.choice(people),
            "to": random.sample(others, random.randrange(1, 3)),
        }
        yield json.dumps(row) + "\n"


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    path = tmp_path / "mail.jsonl"
    path.write_text("".join(_mail(7)) + "no JSON\n")
    app = build()
    options = Options(lowered(app.policy), app.checks, app.own_domains)
    return Plan(options, (Source(path, "jsonl", "mail"),))


def test_the_same_prompts_in_the_same_order_with_the_same_counts(plan: Plan) -> None:
    with Alone(plan) as alone, Together(plan, 3) as together:
        one, many = list(alone.prompts()), list(together.prompts())
        assert one
        assert len({p.sender.key for p in one}) > 3
        assert many == one
        assert together.afterwards() == alone.afterwards()
        counts = replace(together.summary, started=0.0)
        assert counts == replace(alone.summary, started=0.0)
        assert counts.messages == 300
        assert [tally.skipped for _, tally in together.read] == [1]


def test_each_share_knows_which_address_another_one_used_first(tmp_path: Path) -> None:
    # Only the first use of an address is looked back at, whoever made it.
    path = tmp_path / "mail.jsonl"
    rows = [("p1", "jo@gmail.com"), ("p2", "jo@gmail.com")]
    path.write_text(
        "".join(
            json.dumps({"id": str(n), "date": n + 1, "from": f"{who}@corp.example", "to": [to]})
            + "\n"
            for n, (who, to) in enumerate(rows)
        )
    )
    app = build()
    plan = Plan(Options(lowered(app.policy), app.checks), (Source(path, "jsonl", "mail"),))
    for share in (0, 1):
        options = replace(plan.options, share=(share, 2))
        run = Alone(replace(plan, options=options))
        list(run.prompts())
        found = run._replay._firsts["jo@gmail.com"]
        assert (found is not None) == options.is_mine(Address.parse("p1@corp.example"))


def test_an_error_of_a_share_is_raised_here(plan: Plan, tmp_path: Path) -> None:
    with (
        Together(replace(plan, sources=(Source(tmp_path / "gone", "jsonl", "gone"),)), 2) as run,
        pytest.raises(FileNotFoundError, match="gone"),
    ):
        list(run.prompts())
    path = plan.sources[0].path
    path.write_text("".join(reversed(path.read_text().splitlines(keepends=True))))
    with Together(replace(plan, window=1), 2) as run, pytest.raises(OrderError, match="mail"):
        list(run.prompts())


def test_a_share_that_is_killed_is_an_error(plan: Plan) -> None:
    with Together(plan, 2) as run:
        for process, _ in run._shares:
            assert process.pid
            os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(OSError, match="--jobs 1"):
            list(run.prompts())


def test_what_is_broken_off_leaves_no_process(plan: Plan) -> None:
    with Together(plan, 2) as run:
        next(run.prompts())
        processes = [process for process, _ in run._shares]
    assert not any(process.is_alive() for process in processes)
