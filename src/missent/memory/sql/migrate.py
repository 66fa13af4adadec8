"""Brings the tables up to date when a store is opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from missent.core.errors import StoreError
from missent.memory.sql.engine import WRITING, shown

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

LATEST = "0012"
_LOCK = 0x6D697373656E74  # "missent": the advisory lock of whoever is migrating


async def migrate(engine: AsyncEngine) -> None:
    """Run the migrations that are missing; of many processes at once, one does it.

    Raises:
        StoreError: the tables were made by a newer version.
    """
    async with engine.connect() as connection:
        found = await connection.run_sync(version)
    if found == LATEST:
        return
    async with engine.execution_options(**WRITING).begin() as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        await connection.run_sync(_upgrade)


def version(connection: Connection) -> str | None:
    """The revision of the tables, None where there are none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for a connection."""
    from alembic.config import Config  # noqa: PLC0415  slow, and needed once in a store's life

    config = Config()
    folder = Path(__file__).parent.parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  likewise
    from alembic.util import CommandError  # noqa: PLC0415  likewise

    try:
        command.upgrade(configuration(connection), "head")
    except CommandError:
        raise StoreError(
            f"the store {shown(connection.engine.url)} was made by a newer missent"
            f" (its tables are at {version(connection)}, this one knows {LATEST}): upgrade missent"
        ) from None
