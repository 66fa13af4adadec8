from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

KEY = "fhq/4m/++8I8WAJpYGW8fOCMTBXEld542CqJCkDwrrM="


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("--key", "missing.pub"), "'missing.pub' is no file; as a key: the key is no Ed25519"),
        (("--key", "rubbish.pub"), "rubbish.pub: the key is no Ed25519 public key"),
        (("--key", KEY, "--days", "0"), "--days"),
        (("--key", KEY, "--meant", "x y"), "'x y' is no zone such as mil"),
    ],
)
def test_what_cannot_be_used_is_named(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], fault: str
) -> None:
    (tmp_path / "report.json").write_text("{}")
    (tmp_path / "rubbish.pub").write_bytes(b"\xff\x00")
    told = run("feed", "report.json", "--rules", "feed.toml", "--meant", "mil", *arguments)
    assert told.code == 2
    assert fault in told.err
    assert not (tmp_path / "feed.toml").exists()
