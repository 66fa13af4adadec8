"""A benchmark that goes in stages keeps what was measured before, and counts what it started."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bench.audit import results
from bench.audit.tree import Tree

if TYPE_CHECKING:
    from pathlib import Path

_CHILD = "b = bytearray(80 << 20)\nfor n in range(1 << 24): pass\ninput()"
_PARENT = f"import subprocess, sys\nsubprocess.run((sys.executable, '-c', {_CHILD!r}), check=True)"


def test_a_figure_takes_the_place_of_its_like_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, kind in (("_KEPT", "json"), ("_TOLD", "md"), ("_DRAWN", "svg")):
        monkeypatch.setattr(results, name, tmp_path / f"audit.{kind}")
    told: dict[str, object] = {"cpu": 2.0, "wall": 3.0, "peak": 100, "load": 1.0}
    results.keep(1_000, "reading", told)
    results.keep(100, "reading", told)
    results.keep(1_000, "audit", told)
    results.keep(1_000, "audit", told | {"cpu": 4.0})
    kept = json.loads((tmp_path / "audit.json").read_text())
    assert list(kept) == ["100", "1000"]
    assert [(name, one["cpu"]) for name, one in kept["1000"].items()] == [
        ("reading", 2.0),
        ("audit", 4.0),
    ]


def test_a_child_that_nobody_waited_for_is_counted() -> None:
    with subprocess.Popen((sys.executable, "-c", _PARENT), stdin=subprocess.PIPE) as process:
        tree = Tree(process.pid)
        try:
            for _ in range(300):
                if tree.peak > 80 and tree.cpu > 0.1:
                    break
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(0.1)
            assert tree.peak > 80
            assert tree.cpu > 0.1
        finally:
            tree.stop()
            assert process.stdin
            process.stdin.close()
            process.wait(10)
