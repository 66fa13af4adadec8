"""Sources written out, and read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from missent.audit.sources.interface import Tally

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from missent.audit.sources.interface import Event, Reader

    Reading = Callable[[Reader, bytes | str], tuple[list[Event], Tally]]


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    """Write a file, read it, and return its events and the tally."""

    def read(reader: Reader, content: bytes | str) -> tuple[list[Event], Tally]:
        path = tmp_path / "source"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        tally = Tally()
        return list(reader(path, tally)), tally

    return read
