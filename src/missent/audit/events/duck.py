"""DuckDB as it is used here: bounded memory, all cores, nothing fetched, text through a pipe."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from missent.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

_PIPE_OCTETS = 1 << 20
_SET_PIPE_SIZE = 1031  # F_SETPIPE_SZ of Linux


def connect(work: Path, memory: str, threads: int | None = None) -> DuckDBPyConnection:
    """Open a database in memory that spills into a folder.

    Args:
        work: where it may write what does not fit.
        memory: how much it may hold, such as "800MB".
        threads: how many cores it may use; None for all.

    Raises:
        ConfigError: DuckDB is not installed, or `memory` is no amount.
    """
    try:
        import duckdb  # noqa: PLC0415  an optional dependency
    except ImportError:
        raise ConfigError(
            "reading logs needs DuckDB: in missent's clone, pip install '.[audit]'"
        ) from None
    try:
        connection = duckdb.connect(
            config={
                "memory_limit": memory,
                "temp_directory": str(work / "spill"),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "preserve_insertion_order": "false",
            }
        )
    except (duckdb.Error, ValueError) as error:
        raise ConfigError(f"--memory {memory}: {error}; write, say, 800MB or 2GB") from None
    connection.execute("SET enable_progress_bar = false")
    if threads:
        connection.execute(f"SET threads = {threads}")
    return connection


def text(value: str | Path) -> str:
    """A value as an SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"


def name(value: str) -> str:
    """A name as an SQL identifier."""
    return '"' + value.replace('"', '""') + '"'


@contextmanager
def interruptible() -> Iterator[None]:
    """Let ^C be ^C: DuckDB tells of it by an error of its own."""
    try:
        yield
    except Exception as error:
        if "nterrupted" in str(error) or type(error).__name__ == "InterruptException":
            raise KeyboardInterrupt from None
        raise


@contextmanager
def fed(chunk: Iterable[bytes], work: Path) -> Iterator[str]:
    """Feed text through a named pipe while the block reads it, once.

    Yields:
        The pipe's path.

    Raises:
        OSError: the text could not be read.
    """
    path = work / "feed"
    path.unlink(missing_ok=True)
    os.mkfifo(path, 0o600)
    failed: list[Exception] = []
    writer = threading.Thread(target=_pour, args=(path, chunk, failed), daemon=True)
    writer.start()
    try:
        yield str(path)
    finally:
        # Whoever reads no more lets the writer end; one that was never read from waits to open.
        with suppress(OSError):
            os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
        writer.join()
        path.unlink(missing_ok=True)
    if failed:
        raise failed[0]


def _pour(path: Path, chunk: Iterable[bytes], failed: list[Exception]) -> None:
    try:
        with path.open("wb", buffering=0) as pipe:
            with suppress(OSError, ImportError):
                import fcntl  # noqa: PLC0415  not everywhere

                fcntl.fcntl(pipe, _SET_PIPE_SIZE, _PIPE_OCTETS)
            for block in chunk:
                rest = memoryview(block)
                while rest:
                    rest = rest[pipe.write(rest) or 0 :]
    except BrokenPipeError:
        pass  # the reader has ended, and says why
    except Exception as error:  # noqa: BLE001  raised where the reader is
        failed.append(error)
