"""What a format of logs is: how it is recognised, and how its text becomes rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from missent.audit.sources.interface import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How logs are understood.

    Attributes:
        format: of all sources, a name in `formats.ALL`; None to tell it by their content.
        zone: of stamps that name none, as in the tz database; None for this machine's.
        year: of the last line of a log whose stamps have no year; None to take it from the file's
            name or its time.
    """

    format: str | None = None
    zone: ZoneInfo | None = None
    year: int | None = None


@dataclass(slots=True)
class Source:
    """One file or folder, and what was read of it.

    Attributes:
        path: where it lies.
        name: how it was given.
        format: what it is read as.
        tally: what was read and skipped; `octets` are those on the disk.
        size: its octets on the disk.
        lines: lines or rows of it.
        events: rows that it gave.
        unknown: columns whose meaning is not known.
        broken: why it could not be read to its end, "" where it could.
    """

    path: Path
    name: str
    format: str
    size: int = 0
    tally: Tally = field(default_factory=Tally)
    lines: int = 0
    events: int = 0
    unknown: tuple[str, ...] = ()
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a file, for telling its format.

    Attributes:
        path: the file.
        text: its first 64 KiB, unpacked and decoded.
    """

    path: Path
    text: str

    def lines(self) -> list[str]:
        """Its whole lines."""
        return self.text.splitlines()[:200]


class Sink(Protocol):
    """Where a format puts what it reads; it runs SQL over text that is fed to the engine."""

    def lines(self, chunk: Iterable[bytes], sql: str) -> None:
        """Read lines of a queue log.

        Args:
            chunk: whole lines in UTF-8.
            sql: a query over `{source}`, a table of one column `line`, that gives the columns of
                `table.LINES`.
        """

    def rows(self, chunk: Iterable[bytes], columns: Iterable[str], sql: str) -> None:
        """Read rows of comma-separated values.

        Args:
            chunk: whole rows in UTF-8, without a header.
            columns: their names.
            sql: a query over `{source}` that gives the columns of `table.COLUMNS` and `malformed`:
                a text that shows a row that cannot be read, or else NULL.
        """

    def objects(self, chunk: Iterable[bytes], sql: str) -> None:
        """Read JSON Lines; `{source}` has the columns `line` and `json`, else as in `rows`."""

    def columns(self, path: Path) -> list[str]:
        """The columns of a Parquet file.

        Raises:
            ValueError: it is none.
        """

    def parquet(self, sql: str) -> None:
        """Read with a query of its own, else as in `rows`."""


class Format(Protocol):
    """One format of logs."""

    name: str
    """How it is called on the command line."""
    title: str
    """What it is, for people."""

    def recognises(self, head: Head) -> bool:
        """Whether a file has this format."""

    def read(self, source: Source, options: ReadOptions, sink: Sink) -> Iterator[None]:
        """Read a source into the sink, yielding after each chunk.

        Raises:
            OSError: it cannot be read.
            ValueError: it has not this format; the text says what is missing.
        """
