from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from missent.report import whole

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_replaced_and_its_owner_alone_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text("old")
    whole.write(file, "new")
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        whole.write(pipe, "said")
        assert os.read(reading, 10) == b"said"
    finally:
        os.close(reading)
    assert pipe.is_fifo()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    link, file = tmp_path / "link", tmp_path / "file"
    file.write_text("old")
    link.symlink_to(file)
    whole.write(link, "new")
    assert link.is_symlink()
    assert file.read_text() == "new"


def test_what_cannot_be_written_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    with pytest.raises(OSError, match="taken"):
        whole.write(taken, "new")
    with pytest.raises(OSError, match="missing/new"):
        whole.write(tmp_path / "missing" / "new", "new")
    assert list(tmp_path.iterdir()) == [taken]
