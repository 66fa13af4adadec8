"""What an engine must do for the plan: run SQL that DuckDB and Spark both understand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Engine(Protocol):
    """Runs SQL over named tables; `events` is there from the beginning (audit/events/table.py)."""

    def keep(self, name: str, sql: str, of: str = "", by: str = "") -> None:
        """Make a table out of a query, to be read several times.

        Args:
            name: of the table.
            sql: the query.
            of: the table whose rows the query groups; an engine may take some groups at a time.
            by: a column that it groups by.
        """

    def any(self, sql: str, of: str, by: str) -> bool:
        """Whether a query that groups has a row; `of` and `by` as in `keep`."""

    def view(self, name: str, sql: str) -> None:
        """Give a query a name."""

    def load(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Make a small table of texts."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""

    def close(self) -> None:
        """Let go of everything."""
