"""Messages that lie in files of their own: Maildir, folders of `.eml`, and a single `.eml`."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from missent.audit.sources.dates import seconds
from missent.audit.sources.octets import opened
from missent.audit.sources.rfc5322 import BODY, HEADER, Parsed, split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.audit.sources.interface import Event, Tally

_FIRST = 32 * 1024  # octets: of most messages the whole header
_DELIVERED = re.compile(r"(\d{9,10})\.")


def read_maildir(path: Path, tally: Tally) -> Iterator[Event]:
    """Read a Maildir with its subfolders, each in the order of delivery; see `Reader`."""
    for folder, _, _ in _walk(path):
        if folder.name in {"cur", "new"}:
            for file in _files(folder):
                delivered = _DELIVERED.match(file.name)
                yield from _read(
                    file, path, tally, seconds(int(delivered[1])) if delivered else None
                )


def read_eml(path: Path, tally: Tally) -> Iterator[Event]:
    """Read a `.eml` file, or those of a folder and below in the order of names; see `Reader`."""
    if path.is_file():
        yield from _read(path, path.parent, tally, None)
        return
    for folder, _, _ in _walk(path):
        for file in _files(folder):
            if file.suffix.lower() == ".eml":
                yield from _read(file, path, tally, None)


def octets(path: Path) -> int:
    """The size of a file, or of all files below a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for folder, _, _ in _walk(path) for file in _files(folder))


def _walk(path: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    def fail(error: OSError) -> None:
        raise error

    for root, folders, files in os.walk(path, onerror=fail):
        folders.sort()
        yield Path(root), folders, files


def _files(folder: Path) -> list[Path]:
    # A link could lead anywhere, and a pipe would never end.
    return sorted(
        Path(entry) for entry in os.scandir(folder) if entry.is_file(follow_symlinks=False)
    )


def _read(file: Path, root: Path, tally: Tally, at: int | None) -> Iterator[Event]:
    where = str(file.relative_to(root))
    before = tally.octets
    try:
        with opened(file, tally) as stream:
            header, body = split(stream.read(_FIRST))
            if not body and len(header) >= _FIRST:
                header, body = split(header + stream.read(HEADER))
            parsed = Parsed(header, at)
            if parsed.is_notice:
                body += stream.read(BODY)
        size = file.stat().st_size
    except (OSError, EOFError) as error:
        tally.skip(where, f"cannot be read: {error}")
        return
    tally.octets = before + size
    if not header.strip():
        tally.skip(where, "empty")
        return
    event = parsed.event(where, tally, body)
    if event is not None:
        yield event
