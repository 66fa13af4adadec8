from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


def test_lists_the_names_without_asking_anybody(run: Run) -> None:
    told = run("exposure", "--offline", "--limit", "30", "--format", "json", "navy.mil")
    assert told.code == 0
    names = [row["name"] for row in json.loads(told.out)["lookalikes"]]
    assert len(names) == 30
    assert names[0] == "navy.ml"


def test_for_people_every_name_is_a_line(run: Run) -> None:
    told = run("exposure", "--offline", "--limit", "5", "navy.mil")
    lines = told.out.splitlines()
    assert len([line for line in lines if " a year " in line]) == 5
    assert "of what people type for it by mistake" in told.out


def test_domains_from_a_file_and_from_the_configuration(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ours").write_text("# ours\nnavy.mil\n\narmy.mil # both\n")
    arguments = ("exposure", "--offline", "--limit", "1", "--format", "json")
    rows = json.loads(run(*arguments, "--file", "ours").out)["lookalikes"]
    assert sorted(row["meant"] for row in rows) == ["army.mil", "navy.mil"]
    (tmp_path / "missent.toml").write_text('[organisation]\ndomains = ["af.mil"]\n')
    rows = json.loads(run(*arguments).out)["lookalikes"]
    assert [row["meant"] for row in rows] == ["af.mil"]
