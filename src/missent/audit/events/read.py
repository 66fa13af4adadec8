"""Reads sources into a folder of Parquet files, whole or not at all, and finds them again.

The folder is made beside what it will be and renamed when everything is in it. `manifest.json`
says which files it was made of; where they have not changed, they are not read again.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from missent.audit.events import duck
from missent.audit.events.detect import sources
from missent.audit.events.formats import BY_NAME
from missent.audit.events.interface import Source
from missent.audit.events.queue import Queue
from missent.audit.events.table import COLUMNS
from missent.audit.sources.interface import Skipped, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from missent.audit.events.interface import ReadOptions

_VERSION = 1  # of what the readers make; another one reads the logs again
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Engine:
    """What the engine may use.

    Attributes:
        memory: of DuckDB, such as "800MB".
        threads: cores; None for all.
    """

    memory: str = "800MB"
    threads: int | None = None


@dataclass(slots=True)
class Dataset:
    """The events of some sources.

    Attributes:
        folder: where their Parquet files lie.
        sources: what they were read from.
        again: they were read at another time, and have not changed.
    """

    folder: Path
    sources: list[Source] = field(default_factory=list)
    again: bool = False

    @property
    def files(self) -> str:
        """The Parquet files, as a glob."""
        return str(self.folder / "events-*.parquet")


def read(
    given: Sequence[str],
    options: ReadOptions,
    cache: Path | None,
    engine: Engine,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Dataset:
    """Read sources, or find what was read of them before.

    Args:
        given: files, folders, globs, "-".
        options: how they are understood.
        cache: the folder in which their events are kept; None for a folder beside the first.
        engine: what it may use.
        progress: told how many octets are read, and of how many.

    Raises:
        ValueError: a source is not there or has no known format.
        OSError: one cannot be read, or the events cannot be written.
        ConfigError: DuckDB is missing.
    """
    work = _begin(cache if cache is not None else _beside(given))
    try:
        found = sources(given, options, work)
        folder = work.parent / _name(found, options)
        if (folder / _MANIFEST).exists():
            shutil.rmtree(work)
            return _found(folder)
        _in_order(found)
        _Reader(work, options, engine, progress).read(found)
        manifest = {"version": _VERSION, "sources": [_as_json(one) for one in found]}
        (work / _MANIFEST).write_text(json.dumps(manifest), "utf-8")
        shutil.rmtree(work / "spill", ignore_errors=True)
        (work / "stdin").unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        work.rename(folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return Dataset(folder, found)


class _Reader:
    """`Sink` of the formats: runs their SQL, and writes what it gives."""

    def __init__(
        self,
        work: Path,
        options: ReadOptions,
        engine: Engine,
        progress: Callable[[int, int], None],
    ) -> None:
        self._work = work
        self._options = options
        self._progress = progress
        self._connection = duck.connect(work, engine.memory, engine.threads)
        self._connection.execute(f"SET TimeZone = {duck.text(_zone(options))}")
        self._queue = Queue(self._connection)
        self._parts = 0
        self._source = Source(work, "", "")

    def read(self, found: Sequence[Source]) -> None:
        """Read all sources, one after the other; a queue's messages go on from one to the next."""
        total, done = sum(source.size for source in found), 0
        try:
            for source in found:
                self._source = source
                for _ in self._read(source):
                    self._progress(done + source.tally.octets, total)
                done += source.size
                self._progress(done, total)
            self._connection.execute("CREATE OR REPLACE TEMP TABLE lines AS FROM waiting")
            self._write(self._queue.events(all_of_them=True))
            if not any(source.events for source in found):
                self._write(_nothing(), empty=True)
        finally:
            self._connection.close()

    def _read(self, source: Source) -> Iterator[None]:
        import duckdb  # noqa: PLC0415  an optional dependency

        try:
            yield from BY_NAME[source.format].read(source, self._options, self)
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            raise OSError(f"{source.name}: the engine failed: {error}") from None

    def lines(self, chunk: Iterable[bytes], sql: str) -> None:
        """See `Sink`."""
        csv = "delim='', quote='', escape='', columns={'line': 'VARCHAR'}"
        with duck.fed(self._counted(chunk), self._work) as pipe:
            query = sql.replace("{source}", _csv(pipe, csv))
            bad, shown = self._queue.take(query)
        self._skip(bad, shown)
        self._write(self._queue.events())
        self._queue.drop()

    def rows(self, chunk: Iterable[bytes], columns: Iterable[str], sql: str) -> None:
        """See `Sink`."""
        names = ", ".join(f"{duck.text(name)}: 'VARCHAR'" for name in columns)
        csv = f"delim=',', quote='\"', escape='\"', columns={{{names}}}, store_rejects=true"
        run = self._connection.execute
        with duck.fed(self._counted(chunk), self._work) as pipe:
            self._take(sql.replace("{source}", _csv(pipe, csv)))
        bad = run(
            "SELECT count(*), list(shown)[:20] FROM (SELECT any_value(csv_line[:200]) AS shown"
            " FROM reject_errors GROUP BY line)"
        ).fetchone()
        if bad:
            self._skip(bad[0], bad[1] or [])
        run("DROP TABLE reject_errors")
        run("DROP TABLE reject_scans")

    def objects(self, chunk: Iterable[bytes], sql: str) -> None:
        """See `Sink`."""
        with duck.fed(self._counted(chunk), self._work) as pipe:
            self._take(
                sql.replace(
                    "{source}",
                    "(SELECT try_cast(line AS JSON) AS json, line FROM "
                    + _csv(pipe, "delim='', quote='', escape='', columns={'line': 'VARCHAR'}")
                    + ")",
                )
            )

    def columns(self, path: Path) -> list[str]:
        """See `Sink`."""
        import duckdb  # noqa: PLC0415  an optional dependency

        try:
            query = f"DESCRIBE SELECT * FROM read_parquet({duck.text(path)})"
            return [row[0] for row in self._connection.execute(query).fetchall()]
        except duckdb.Error as error:
            raise ValueError(f"{path}: {error}") from None

    def parquet(self, sql: str) -> None:
        """See `Sink`."""
        self._take(sql)
        self._source.lines = self._source.events + self._source.tally.skipped

    def _take(self, sql: str) -> None:
        run = self._connection.execute
        run(f"CREATE OR REPLACE TEMP TABLE found AS {sql}")
        bad = run(
            "SELECT count(*), list(malformed[:200])[:20] FROM found WHERE malformed IS NOT NULL"
        ).fetchone()
        if bad:
            self._skip(bad[0], bad[1] or [])
        self._write(f"SELECT {', '.join(COLUMNS)} FROM found WHERE malformed IS NULL")

    def _counted(self, chunk: Iterable[bytes]) -> Iterable[bytes]:
        for block in chunk:
            self._source.lines += block.count(b"\n")
            yield block

    def _skip(self, how_many: int, shown: Sequence[str]) -> None:
        for text in shown[:20]:
            self._source.tally.skip("line", text)
        self._source.tally.skipped += how_many - len(shown[:20])

    def _write(self, query: str, *, empty: bool = False) -> None:
        path = self._work / f"events-{self._parts:05}.parquet"
        columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in COLUMNS.items())
        done = self._connection.execute(
            f"COPY (SELECT {columns} FROM ({query})) TO {duck.text(path)}"
            " (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
        ).fetchone()
        count = int(done[0]) if done else 0
        self._source.events += count
        self._source.tally.events += count
        if count or empty:
            self._parts += 1
        else:
            path.unlink(missing_ok=True)


def _csv(pipe: str, options: str) -> str:
    lenient = "" if "store_rejects" in options else ", ignore_errors=true"
    return (
        f"read_csv({duck.text(pipe)}, {options}, header=false, auto_detect=false,"
        f" strict_mode=false{lenient})"
    )


def _nothing() -> str:
    return f"SELECT {', '.join(f'NULL::{k} AS {n}' for n, k in COLUMNS.items())} WHERE false"


def _zone(options: ReadOptions) -> str:
    from missent.audit.events.stamps import local_zone  # noqa: PLC0415

    key = (options.zone or local_zone()).key
    return key if "/" in key or key == "UTC" else "UTC"


def _beside(given: Sequence[str]) -> Path:
    first = next((Path(name) for name in given if name != "-"), Path())
    folder = first if first.is_dir() else first.absolute().parent
    while not folder.is_dir():
        folder = folder.parent
    if not os.access(folder, os.W_OK):
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "missent"
    return folder / ".missent-audit"


def _begin(cache: Path) -> Path:
    """A folder of our own below the cache; those that killed runs left are removed."""
    if not str(cache.absolute()).isprintable():
        raise ValueError(
            f"{cache}: what is read cannot be kept in a folder with such a name; name another by"
            " --cache, or keep nothing, by --no-cache"
        )
    try:
        return _made(cache)
    except OSError as error:
        raise ValueError(
            f"{cache}: what is read cannot be kept here ({error.strerror}); name another folder by"
            " --cache, or keep nothing, by --no-cache"
        ) from None


def _made(cache: Path) -> Path:
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in cache.glob("unfinished-*"):
        process = old.name.rpartition("-")[2]
        if process.isdigit() and not Path(f"/proc/{process}").exists():
            shutil.rmtree(old, ignore_errors=True)
    work = cache / f"unfinished-{os.getpid()}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    return work


def _name(found: Sequence[Source], options: ReadOptions) -> str:
    zone = options.zone.key if options.zone else ""
    parts = [str(_VERSION), zone, str(options.year or "")]
    for source in found:
        state = source.path.stat()
        parts += [str(source.path.resolve()), source.format, str(source.size)]
        parts += [str(state.st_mtime_ns), str(state.st_ino)]
    said = os.fsencode("\n".join(parts))  # a name of a file need not be UTF-8
    return "events-" + blake2b(said, digest_size=8).hexdigest()


def _in_order(found: list[Source]) -> None:
    """Bring the sources into the order of time, as far as names and times of files tell."""
    found.sort(key=lambda one: (one.path.stat().st_mtime_ns, one.name))


def _as_json(source: Source) -> dict[str, object]:
    kept = asdict(source)
    kept["path"] = str(source.path)
    return kept


def _found(folder: Path) -> Dataset:
    manifest = json.loads((folder / _MANIFEST).read_text("utf-8"))
    found = []
    for kept in manifest["sources"]:
        tally = kept.pop("tally")
        tally["samples"] = [Skipped(**sample) for sample in tally["samples"]]
        kept |= {"path": Path(kept["path"]), "unknown": tuple(kept["unknown"])}
        found.append(Source(**{**kept, "tally": Tally(**tally)}))
    return Dataset(folder, found, again=True)
