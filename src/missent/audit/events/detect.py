"""Which sources there are, and which format each has."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from missent.audit.events.formats import ALL, BY_NAME
from missent.audit.events.interface import Head, Source
from missent.audit.events.text import head

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from missent.audit.events.interface import ReadOptions

_GLOB = frozenset("*?[")
_NOT_LOGS = frozenset({".lock", ".md5", ".sha256", ".idx", ".pid"})


def sources(given: Sequence[str], options: ReadOptions, work: Path) -> list[Source]:
    """Find the files that are named, and tell their formats.

    Args:
        given: files, folders, globs, or "-" for standard input.
        options: they may name the format.
        work: where standard input is kept.

    Raises:
        ValueError: one is not there, or has no format that is known; the text names it.
        OSError: one cannot be read.
    """
    found: list[Source] = []
    for name in given:
        paths = list(_paths(name, work))
        one = len(paths) == 1 and not Path(name).is_dir()
        before, empty = len(found), False
        for path in paths:
            form = options.format or detect(path)
            if form is None and path.is_file() and not head(path).strip():
                empty = True
            elif form is None and (one or path.is_dir()):
                raise ValueError(_no_format(name))
            if form is not None:
                found.append(Source(path, name if one else str(path), form, _octets(path)))
        if len(found) == before and not empty:
            raise ValueError(_no_format(name) if paths else f"{name}: there is nothing in it")
    if not found:
        raise ValueError(f"{given[0]}: there is nothing in it")
    unique = {source.path.resolve(): source for source in found}
    return list(unique.values())


def detect(path: Path) -> str | None:
    """The name of a source's format, None where it has none of those that are known."""
    if path.is_dir():
        return next((f.name for f in ALL if f.recognises(Head(path, ""))), None)
    beginning = Head(path, head(path))
    return next((f.name for f in ALL if f.recognises(beginning)), None)


def _paths(name: str, work: Path) -> Iterator[Path]:
    if name == "-":
        kept = work / "stdin"
        with kept.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy, 1 << 20)
        yield kept
        return
    path = Path(name)
    if path.is_dir():
        if detect(path) is not None:  # a Maildir, say
            yield path
            return
        for file in sorted(path.rglob("*")):
            hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
            if file.is_file() and not hidden and file.suffix not in _NOT_LOGS:
                yield file
    elif path.exists():
        yield path
    elif _GLOB & set(name):
        base = Path(path.anchor) if path.is_absolute() else Path()
        matched = sorted(base.glob(str(path.relative_to(path.anchor) if path.anchor else path)))
        if not matched:
            raise ValueError(f"{name}: no file has such a name")
        for match in matched:
            yield from _paths(str(match), work)
    else:
        raise ValueError(f"{name}: there is no such file or folder")


def _octets(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    from missent.audit.sources.folder import octets  # noqa: PLC0415  slow to import

    return octets(path)


def _no_format(name: str) -> str:
    titles = ", ".join(f.title for f in ALL)
    return (
        f"{name}: none of the formats that are known ({titles});"
        f" name it with --read-as {'|'.join(BY_NAME)}"
    )
