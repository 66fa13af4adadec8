"""Which format a source has, and the reader for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from missent.audit.sources import folder, jsonl, mbox, postfix
from missent.audit.sources.dates import SYSLOG
from missent.audit.sources.octets import opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from missent.audit.sources.interface import Event, Reader, Tally

READERS: Mapping[str, Reader] = {
    "jsonl": jsonl.read,
    "mbox": mbox.read,
    "maildir": folder.read_maildir,
    "eml": folder.read_eml,
    "postfix": postfix.read,
}
EMPTY = "empty"  # a log that was just rotated, a mailbox without mail
_LOOKED_AT = 64 * 1024
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:[ \t]")
_JOURNAL = re.compile(rb"\A(?:-- [^\n]*\n)+")  # what journalctl says before the first line
_STAMP = re.compile(rf"{SYSLOG} \S+ ".encode())


def detect(path: Path) -> str:
    """Tell the format of a source by its content.

    Returns:
        A key of `READERS`, or `EMPTY` for a file without content.

    Raises:
        ValueError: it has none of the formats; the text says what to do.
        OSError: it cannot be read.
    """
    found = _folder(path) if path.is_dir() else _file(path)
    if found is None:
        raise ValueError(
            f"{path}: neither mbox, Maildir, .eml files, a Postfix log nor JSON Lines;"
            f" name its format with --read-as {'|'.join(READERS)}"
        )
    return found


def reader(form: str) -> Reader:
    """The reader of a format that `detect` told."""
    return READERS[form] if form != EMPTY else _nothing


def _nothing(path: Path, tally: Tally) -> Iterator[Event]:  # noqa: ARG001  as every reader
    return iter(())


def _folder(path: Path) -> str | None:
    if any((path / name).is_dir() for name in ("cur", "new")):
        return "maildir"
    if next(path.rglob("*.[eE][mM][lL]"), None) is not None:
        return "eml"
    if next(path.glob("**/cur"), None) is not None:
        return "maildir"
    return None


def _file(path: Path) -> str | None:
    with opened(path) as stream:
        start = stream.read(_LOOKED_AT)
    start = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        return EMPTY
    start = _JOURNAL.sub(b"", start)
    if start.startswith(b"{"):
        return "jsonl"
    if start.startswith(b"From "):
        return "mbox"
    if _STAMP.match(start):
        return "postfix"
    return "eml" if _HEADER.match(start) else None
