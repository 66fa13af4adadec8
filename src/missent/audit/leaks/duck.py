"""The plan on DuckDB, the engine of one machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from missent.audit.events import duck

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from missent.audit.events.read import Engine as Options

_AT_ONCE = 1_000
_FEW = 500_000  # events whose tables fit into memory: to write them costs as much as to count them
# Events whose groups are counted at a time. DuckDB holds a row of each event until its group is
# whole: of 100 million at once they do not fit into 800 MB, though there are 2 million groups.
_GROUPED = 20_000_000


class Duck:
    """Runs the plan over Parquet files; see `interface.Engine`."""

    def __init__(self, events: str, work: Path, options: Options) -> None:
        """Open an engine.

        Args:
            events: Parquet files, as a glob.
            work: where it may write.
            options: what it may use.
        """
        self._work = work
        self._connection = duck.connect(work, options.memory, options.threads)
        self.view("events", f"SELECT * FROM read_parquet({duck.text(events)})")
        self._events = self.rows("SELECT count(*) FROM events")[0][0]

    def keep(self, name: str, sql: str, of: str = "", by: str = "") -> None:
        """Make a table out of a query: in memory where there are few events, else as Parquet."""
        if self._events <= _FEW:
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
            return
        files = []
        for part, some in enumerate(self._in_parts(sql, of, by)):
            files.append(duck.text(self._work / f"{name}-{part}.parquet"))
            copied = f"COPY ({some}) TO {files[-1]} (FORMAT parquet, COMPRESSION snappy)"
            self._connection.execute(copied)
        self.view(name, f"SELECT * FROM read_parquet([{', '.join(files)}])")

    def any(self, sql: str, of: str, by: str) -> bool:
        """Whether a query that groups has a row."""
        return any(self.rows(some) for some in self._in_parts(sql, of, by))

    def _in_parts(self, sql: str, of: str, by: str) -> Iterator[str]:
        parts = 1 + self._events // _GROUPED if of else 1
        for part in range(parts):
            rows = f"SELECT * FROM temp.{of} WHERE hash({by}) % {parts} = {part}"
            yield f"WITH {of} AS ({rows}) {sql}" if parts > 1 else sql

    def view(self, name: str, sql: str) -> None:
        """Give a query a name."""
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql}")

    def load(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Make a small table."""
        run = self._connection.execute
        names = ", ".join(f"{column} VARCHAR" for column in columns)
        run(f"CREATE OR REPLACE TEMP TABLE {name} ({names})")
        waiting: list[Sequence[Any]] = []
        for row in rows:
            waiting.append(row)
            if len(waiting) == _AT_ONCE:
                self._insert(name, waiting)
        self._insert(name, waiting)

    def _insert(self, name: str, rows: list[Sequence[Any]]) -> None:
        if rows:
            values = ", ".join(f"({', '.join('?' * len(row))})" for row in rows)
            flat = [value for row in rows for value in row]
            self._connection.execute(f"INSERT INTO {name} VALUES {values}", flat)
            rows.clear()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self._connection.execute(sql).fetchall()

    def close(self) -> None:
        """Let go of the memory."""
        self._connection.close()
