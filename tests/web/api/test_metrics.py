from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from missent.app import api
from missent.core.address import Address
from missent.core.message import Recipient
from missent.core.verdict import Action, RecipientVerdict
from missent.gates.disposition import Disposition, Outcome
from missent.web.api.metrics import Metrics

if TYPE_CHECKING:
    import pytest

PAGE = Path(__file__).parents[3] / "docs/reference/metrics.md"
COUNT = "from missent.web.api.metrics import Metrics; m = Metrics(); m.messages.inc(3)"


def test_every_metric_is_in_the_reference_and_none_else() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == [name for name, *_ in Metrics().listed()]


def test_several_processes_count_together(tmp_path: Path) -> None:
    env = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        subprocess.run((sys.executable, "-c", COUNT), env=env, check=True)
    told = subprocess.run(
        (sys.executable, "-c", f"{COUNT}; print(m.text().decode())"),
        env=env, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    assert "missent_gate_messages_total 9.0" in told
    assert not [line for line in told if line.startswith("process_")]


def test_one_process_needs_no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from missent.testing.api import settings  # noqa: PLC0415  it loads all rooms

    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    api.share(settings(tmp_path))
    assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ


def test_what_gates_decide_is_counted() -> None:
    metrics = Metrics()
    told = api.telling(metrics)
    assert told is not None
    assert api.telling(None) is None
    address = Address.parse("gen@army.ml")
    verdict = RecipientVerdict(Recipient(address), Action.BLOCK)
    told([Disposition(address, Outcome.REFUSED, verdict), Disposition(address, Outcome.TEMPFAILED)])
    lines = metrics.text().decode().splitlines()
    assert "missent_gate_messages_total 1.0" in lines
    for action, outcome in (("block", "refused"), ("undecided", "tempfailed")):
        row = f'missent_gate_recipients_total{{action="{action}",outcome="{outcome}"}} 1.0'
        assert row in lines
