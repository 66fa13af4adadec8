"""The tables as the migrations make them, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from missent.core.errors import StoreError
from missent.hold.sql import tables as _  # noqa: F401  adds its own to the metadata
from missent.memory.sql.engine import connect, driver_url
from missent.memory.sql.migrate import LATEST, configuration, version
from missent.memory.sql.store import SqlStore
from missent.memory.sql.tables import metadata
from missent.web.sql import tables as _console  # noqa: F401  likewise

if TYPE_CHECKING:
    from sqlalchemy import Connection


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


def latest(connection: Connection) -> str | None:
    return ScriptDirectory.from_config(configuration(connection)).get_current_head()


async def test_the_migrations_make_the_tables_that_the_code_expects(url: str) -> None:
    await (await SqlStore.open(url)).close()
    engine = connect(driver_url(url))
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(latest) == LATEST
        assert await connection.run_sync(version) == LATEST
    await engine.dispose()


async def test_a_difference_would_be_seen(url: str) -> None:
    await (await SqlStore.open(url)).close()
    engine = connect(driver_url(url))
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE correction ADD COLUMN more TEXT"))
        await connection.execute(text("DROP INDEX ix_decision_at"))
    async with engine.connect() as connection:
        assert len(await connection.run_sync(differences)) == 2
    await engine.dispose()


async def test_a_store_of_a_newer_version_is_refused_and_left_alone(url: str) -> None:
    await (await SqlStore.open(url)).close()
    engine = connect(driver_url(url))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer missent .*9999.*upgrade missent"):
        await SqlStore.open(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(version) == "9999"
    await engine.dispose()
