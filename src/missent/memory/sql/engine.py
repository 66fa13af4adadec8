"""How the database is reached: URLs, drivers, and what SQLite must be told first."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from missent.core.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

WRITING = {"missent_writing": True}
_BUSY = 10.0  # seconds to wait for another process's transaction
_CONNECT = 10.0
_COMMAND = 300.0
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def driver_url(text: str, password: str | None = None) -> URL:
    """The URL of a store with its asynchronous driver.

    Args:
        text: `sqlite:///relative/path.db`, `sqlite:////absolute/path.db` or
            `postgresql://user@host/database`; libpq's `sslmode` is understood.
        password: of the database, read from a secret file; it goes before one in the URL.

    Raises:
        ConfigError: it is no such URL. The text never shows a password.
    """
    try:
        url = make_url(text)
    except ArgumentError:
        raise ConfigError(
            "the store's URL cannot be read; write sqlite:///PATH or postgresql://USER@HOST/NAME"
        ) from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise ConfigError(
            f"no store of the kind {url.drivername!r}; write sqlite:///PATH or"
            " postgresql://USER@HOST/NAME"
        )
    url = url.set(drivername=driver)
    if password:
        url = url.set(password=password)
    if driver.startswith("sqlite") and url.database in {None, "", ":memory:"}:
        raise ConfigError("the SQLite store needs a file: sqlite:///PATH")
    if "sslmode" in url.query:
        url = url.update_query_dict({"ssl": url.query["sslmode"]})
        url = url.difference_update_query(["sslmode"])
    return url


def shown(url: URL) -> str:
    """A URL for messages, without its password."""
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)


@contextmanager
def guarded(url: URL) -> Iterator[None]:
    """Turn what drivers raise into `StoreError`, which names the store and never a password."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError, TimeoutError) as error:
        raise StoreError(f"the store {shown(url)}: {_reason(error)}; {_mend(url)}") from error


def _reason(error: BaseException) -> str:
    # SQLAlchemy's own text repeats the statement and its values: addresses, which are no log's
    # business.
    inner = getattr(error, "orig", None) or error
    text = str(inner).strip() or type(inner).__name__
    return text.splitlines()[0].rpartition(">: ")[2][:200]


def _mend(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return "is its directory there, writable, and not full?"
    return "is the server up, and may this user connect and create tables?"


def connect(url: URL) -> AsyncEngine:
    """An engine that connects when it is first used.

    Raises:
        StoreError: the driver is not installed.
    """
    try:
        if url.get_backend_name() == "sqlite":
            return _sqlite(url)
        return create_async_engine(
            url,
            pool_size=2,
            max_overflow=3,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={
                "timeout": _CONNECT,
                "command_timeout": _COMMAND,
                "server_settings": {"application_name": "missent"},
            },
        )
    except ImportError as error:
        raise StoreError(
            f"the store {shown(url)} needs {error.name}: in missent's clone,"
            " pip install '.[postgres]'"
        ) from None


def connect_waiting(url: URL) -> Engine:
    """An engine for a thread that waits; of SQLite only."""
    engine = create_engine(
        url.set(drivername="sqlite"), hide_parameters=True, connect_args={"timeout": _BUSY}
    )
    return _prepared(engine)


def _sqlite(url: URL) -> AsyncEngine:
    engine = create_async_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY})
    _prepared(engine.sync_engine)
    return engine


def _prepared(engine: Engine) -> Engine:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # The driver would open a transaction in the middle of a statement; we say BEGIN ourselves.
        connection.isolation_level = None
        cursor = connection.cursor()
        # FULL: what was confirmed survives a power cut. It costs one sync a batch, off the
        # decision path. secure_delete: what is forgotten is overwritten, not only unlinked.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that turns into a writer fails at once when another wrote in
        # between; a writer therefore queues at its start.
        writing = connection.get_execution_options().get("missent_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def prepare_file(path: Path) -> None:
    """Make a SQLite file that only its owner can read, in write-ahead mode.

    Made by root, it belongs to whom its folder belongs to: the user that missent runs as.

    Raises:
        OSError: it cannot be made.
        sqlite3.Error: it is no SQLite database.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = not path.exists()
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if new and not os.geteuid():
        folder = path.parent.stat()
        os.chown(path, folder.st_uid, folder.st_gid)
    give_up = time.monotonic() + _BUSY
    connection = sqlite3.connect(path, timeout=_BUSY)
    try:
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError:
                # SQLite does not wait here when two processes start at once.
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.02)
            else:
                return
    finally:
        connection.close()


class Watch:
    """Tells in microseconds whether somebody else wrote to a SQLite file."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(
            path, timeout=0, isolation_level=None, check_same_thread=False
        )

    def version(self) -> int:
        """A number that changes with every transaction of another connection; -1 when busy."""
        try:
            row = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            return -1
        return int(row[0])

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
