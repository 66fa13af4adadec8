"""Sources that can be read only once."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_MISSENT = (sys.executable, "-c", "from missent.cli import main; main()")
_ROWS = "".join(
    f'{{"date": {988711200 + n}, "from": "ann@corp.example", "to": ["{to}"]}}\n'
    for n, to in enumerate(("eve@partner.example", "jane@gmail.con"))
)


def test_standard_input_is_replayed_as_the_file_is(tmp_path: Path) -> None:
    path = tmp_path / "mail.jsonl"
    path.write_text(_ROWS)
    command = [*_MISSENT, "replay", "--format", "ndjson"]
    by_file, by_pipe = (
        subprocess.run([*command, name], input=_ROWS, text=True, capture_output=True, check=False)
        for name in (str(path), "-")
    )
    assert (by_pipe.returncode, by_pipe.stdout) == (1, by_file.stdout)
    assert '"jane@gmail.con"' in by_pipe.stdout


def test_standard_input_is_learned_and_nothing_of_it_is_left(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    settings = tmp_path / "missent.toml"
    settings.write_text(
        f'[organisation]\ndomains = ["corp.example"]\n[store]\nurl = "sqlite:///{tmp_path}/m.db"\n'
    )
    done = subprocess.run(
        [*_MISSENT, "--config", str(settings), "learn", "-"],
        input=_ROWS, text=True, capture_output=True, check=False,
        env={"TMPDIR": str(tmp_path / "kept")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("-: jsonl, 2 messages;")
    assert not list((tmp_path / "kept").iterdir())
