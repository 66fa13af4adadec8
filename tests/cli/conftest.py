from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

from missent.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


class Run(Protocol):
    def __call__(self, *arguments: str, stdin: bytes = b"") -> Outcome: ...


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run the command line in this process, in an empty directory and without a configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MISSENT_CONFIG", raising=False)
    monkeypatch.setattr("missent.cli.root.PLACES", (tmp_path / "missent.toml",))

    def _run(*arguments: str, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "argv", ["missent", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as caught:
            main()
        told = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return Outcome(caught.value.code, told.out, told.err)

    return _run
