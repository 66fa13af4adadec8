"""The plan on Spark, for what is too much for one machine: the same SQL, the same rows.

Only the plan runs there. The checks look at distinct domains, in this process, as with DuckDB.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from missent.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyspark.sql import DataFrame

_AT_ONCE: Final = 16 << 20  # octets of events, compressed, that one task sorts: some 500,000


class Spark:
    """Runs the plan over Parquet files; see `interface.Engine`."""

    def __init__(self, events: str, work: Path, master: str) -> None:
        """Open a session.

        Args:
            events: Parquet files, as a glob that the workers can read.
            work: where it may write; the workers must reach it too.
            master: the URL of the Spark, such as "local[*]" or "spark://host:7077".

        Raises:
            ConfigError: PySpark or Java is not there, or the master is not reached.
        """
        try:
            from pyspark.errors import PySparkException  # noqa: PLC0415  an optional dependency
            from pyspark.sql import SparkSession  # noqa: PLC0415  likewise
        except ImportError:
            raise ConfigError(
                "--engine spark needs PySpark: in missent's clone, pip install '.[spark]'"
            ) from None
        try:
            self._session = (
                SparkSession.builder.master(master)
                .appName("missent audit")
                .config("spark.ui.enabled", "false")
                .config("spark.ui.showConsoleProgress", "false")
                .config("spark.sql.session.timeZone", "UTC")
                .config("spark.local.dir", str(work / "spill"))
                .config("spark.sql.warehouse.dir", str(work / "warehouse"))
                .getOrCreate()
            )
        except (PySparkException, OSError) as error:
            raise ConfigError(f"--master {master}: {error} (Spark needs Java 17)") from None
        self._session.sparkContext.setLogLevel("ERROR")
        self._work = work
        self._session.read.parquet(events).createOrReplaceTempView("events")
        parts = max(self._session.sparkContext.defaultParallelism, _size(events) // _AT_ONCE)
        self._session.conf.set("spark.sql.shuffle.partitions", str(parts))

    def keep(self, name: str, sql: str, of: str = "", by: str = "") -> None:  # noqa: ARG002  Spark parts the groups
        """Make a table out of a query, as Parquet."""
        self._write(name, self._session.sql(sql))

    def _write(self, name: str, frame: DataFrame) -> None:
        path = str(self._work / name)
        frame.write.mode("overwrite").parquet(path)
        self._session.read.parquet(path).createOrReplaceTempView(name)

    def any(self, sql: str, of: str, by: str) -> bool:  # noqa: ARG002  likewise
        """Whether a query has a row."""
        return bool(self.rows(sql))

    def view(self, name: str, sql: str) -> None:
        """Give a query a name."""
        self._session.sql(sql).createOrReplaceTempView(name)

    def load(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Make a small table."""
        schema = ", ".join(f"{column} STRING" for column in columns)
        frame = self._session.createDataFrame([tuple(row) for row in rows], schema)
        # As Parquet its size is known: a small one goes to every worker, where a list of Python
        # counts as endless, and all pairs would be sorted for it.
        self._write(name, frame.coalesce(1))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return [tuple(row) for row in self._session.sql(sql).collect()]

    def close(self) -> None:
        """End the session."""
        self._session.stop()


def _size(events: str) -> int:
    place = Path(events)
    return sum(file.stat().st_size for file in place.parent.glob(place.name))
