from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from missent.audit.events.interface import ReadOptions
from missent.audit.events.read import Dataset, Engine, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

duckdb = pytest.importorskip("duckdb", reason="the extra `audit` is not installed")


@pytest.fixture
def reading(tmp_path: Path) -> Callable[..., Dataset]:
    """Read texts as files, in the order given; names end in what the format wants."""

    def run(*given: str | bytes | Path, name: str = "a.log", **options: Any) -> Dataset:
        paths = []
        for number, one in enumerate(given):
            if isinstance(one, (str, bytes)):
                path = tmp_path / f"{number}-{name}"
                path.write_bytes(one if isinstance(one, bytes) else one.encode())
                paths.append(str(path))
            else:
                paths.append(str(one))
        return read(paths, ReadOptions(**options), tmp_path / "cache", Engine(threads=2))

    return run


@pytest.fixture
def rows() -> Callable[..., list[tuple[Any, ...]]]:
    """The rows of a dataset: sender, recipient, via, status, by time and recipient."""

    def get(dataset: Dataset, columns: str = "sender, recipient, via, status") -> list[Any]:
        order = "ORDER BY began, recipient, status"
        query = f"SELECT {columns} FROM read_parquet('{dataset.files}') {order}"
        return list(duckdb.connect().execute(query).fetchall())

    return get
