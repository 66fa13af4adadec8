"""Spark gives the same answer as DuckDB: `make test-spark`; needs Java 17 and the extra `spark`."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from bench.audit.generate import generate
from missent.app import build
from missent.audit.events.interface import ReadOptions
from missent.audit.events.read import Engine, read
from missent.audit.leaks import plan
from missent.audit.leaks.duck import Duck
from missent.audit.leaks.find import find
from missent.audit.leaks.options import FindOptions
from missent.audit.leaks.spark import Spark

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java 17"),
    pytest.mark.filterwarnings("ignore"),  # PySpark's own
    pytest.mark.timeout(600),
]


def test_spark_and_duckdb_give_the_same_rows(tmp_path: Path) -> None:
    generate(30_000, tmp_path / "logs", 20, files=2)
    events = read([str(tmp_path / "logs")], ReadOptions(), tmp_path / "cache", Engine())
    app = build()
    options = FindOptions(app.policy, app.checks, frozenset({"corp.example"}))
    answers = []
    for name in ("duckdb", "spark"):
        work = tmp_path / name
        work.mkdir()
        engine = (
            Duck(events.files, work, Engine())
            if name == "duckdb"
            else Spark(events.files, work, "local[2]")
        )
        try:
            audit = find(engine, options)
            domains = engine.rows(plan.DOMAINS)
        finally:
            engine.close()
        answers.append((audit, [tuple(row) for row in domains]))
    assert answers[0] == answers[1]
    assert len(answers[0][0].leaks) == 20
