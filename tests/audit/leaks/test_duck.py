"""The same rows, whether a table is made in memory, at once or some groups at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from missent.audit.events import duck
from missent.audit.events.read import Engine
from missent.audit.leaks import duck as engine_of_one
from missent.audit.leaks import plan

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("duckdb", reason="the extra `audit` is not installed")

_EVENTS = """
SELECT i AS began, i + 1 AS ended, CASE WHEN i % 7 > 0 THEN 'u' || i % 5 || '@corp.example' END
  AS sender, 'r' || i % 11 || '@d' || i % 3 || '.example' AS recipient,
  CASE WHEN i % 4 = 0 THEN 'list@corp.example' END AS via, CAST(i % 5 AS INT) AS status,
  'm' || i // 2 % 90 AS message, i * 10 AS octets
FROM range(400) AS t(i)
"""
_ORDERED = {
    "deliveries": "SELECT * FROM deliveries ORDER BY message, recipient",
    "pairs": "SELECT * FROM pairs ORDER BY sender, recipient",
    "addresses": "SELECT * FROM addresses ORDER BY recipient",
}


def tables(work: Path, events: Path) -> dict[str, list[tuple[object, ...]]]:
    work.mkdir()
    engine = engine_of_one.Duck(str(events), work, Engine())
    engine.keep("deliveries", plan.MERGED, of="events", by="message")
    engine.keep("pairs", plan.PAIRS, of="deliveries", by="recipient")
    engine.keep("addresses", plan.ADDRESSES, of="pairs", by="recipient")
    return {name: engine.rows(sql) for name, sql in _ORDERED.items()}


@pytest.mark.parametrize("grouped", [1_000, 150, 9])
def test_groups_counted_a_part_at_a_time_are_the_same_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, grouped: int
) -> None:
    events = tmp_path / "events.parquet"
    duck.connect(tmp_path, "100MB").execute(f"COPY ({_EVENTS}) TO '{events}' (FORMAT parquet)")
    at_once = tables(tmp_path / "memory", events)
    monkeypatch.setattr(engine_of_one, "_FEW", 0)
    monkeypatch.setattr(engine_of_one, "_GROUPED", grouped)
    in_parts = tables(tmp_path / "parts", events)
    assert len(list((tmp_path / "parts").glob("pairs-*.parquet"))) == 1 + 400 // grouped
    assert in_parts == at_once
    assert all(in_parts.values())


@pytest.mark.parametrize("grouped", [1_000, 9])
@pytest.mark.parametrize("twice", [True, False])
def test_a_message_logged_twice_is_seen_in_whichever_part_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, grouped: int, *, twice: bool
) -> None:
    monkeypatch.setattr(engine_of_one, "_GROUPED", grouped)
    again = " UNION ALL SELECT 'm77', 'r'" if twice else ""
    events = tmp_path / "events.parquet"
    made = f"SELECT 'm' || i AS message, 'r' AS recipient FROM range(100) AS t(i){again}"
    duck.connect(tmp_path, "100MB").execute(f"COPY ({made}) TO '{events}' (FORMAT parquet)")
    engine = engine_of_one.Duck(str(events), tmp_path, Engine())
    assert engine.any(plan.NEEDS_MERGING, of="events", by="message") is twice
