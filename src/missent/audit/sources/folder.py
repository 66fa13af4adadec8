"""Folders of mail: Maildir, MH, `.eml` and `.emlx` files, mailboxes; and a single `.eml`."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from missent.audit.sources import mbox
from missent.audit.sources.dates import seconds
from missent.audit.sources.header import LONGEST
from missent.audit.sources.octets import start, texts
from missent.audit.sources.rfc5322 import BODY, Parsed, Stored, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from missent.audit.sources.interface import Event, Tally

_FIRST = 32 * 1024  # octets: of most messages the whole header
_DELIVERED = re.compile(r"(\d{9,10})\.")
_FLAGS = re.compile(r"[:;!]2,([A-Za-z]*)$")
_DRAFTS = frozenset({"draft", "drafts"})
_JUNK = frozenset({"junk", "spam", "junk e-mail", "junk email", "bulk mail"})
_APPLE = re.compile(rb"\d+[ \t]*\r?\n")  # the length of the message, before it
_MBOX = re.compile(rb"From [^\n]* \d?\d:\d\d\b")


def read(path: Path, tally: Tally) -> Iterator[Event]:
    """Read all mail of a folder and below, in the order of names, or a single file; see `Reader`.

    In a Maildir that is the order of delivery. What waits in its `tmp` is left alone, and so are
    symbolic links: they could lead anywhere.
    """
    if path.is_file():
        yield from _message(path, path.parent, tally)
        return
    for file in files(path, _teller(path, tally)):
        kind = kind_of(file)
        if kind == "mbox":
            yield from _mailbox(file, path, tally)
        elif kind is not None:
            yield from _message(file, path, tally, is_delivered=kind == "maildir")


def read_mailbox(path: Path, tally: Tally) -> Iterator[Event]:
    """Read a single mailbox; see `Reader`."""
    return mbox.read(path, tally, _placed((path.name,)))


def kind_of(file: Path) -> str | None:
    """Whether a file in a folder is a message in a Maildir, one of its own, or a mailbox."""
    if file.parent.name in {"cur", "new"}:
        return "maildir"
    if file.suffix.lower() in {".eml", ".emlx"} or file.name.isdecimal():
        return "eml"
    if file.parent.name == "tmp":
        return None
    try:
        with texts(file) as stream:
            return "mbox" if _MBOX.match(start(stream, 1000)) else None
    except OSError:
        return None


def octets(path: Path) -> int:
    """The size of a file, or of all files below a folder."""
    if not path.is_dir():
        return path.stat().st_size
    return sum(map(_size, files(path)))


def files(path: Path, told: Callable[[OSError], None] = lambda _: None) -> Iterator[Path]:
    """The plain files of a folder and below; `told` is what could not be listed."""
    for root, folders, names in os.walk(path, onerror=told):
        folders.sort()
        for name in sorted(names):
            file = Path(root, name)
            # A link could lead anywhere, and a pipe would never end.
            if file.is_file() and not file.is_symlink():
                yield file


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # it was moved meanwhile
        return 0


def _teller(root: Path, tally: Tally) -> Callable[[OSError], None]:
    def tell(error: OSError) -> None:
        folder = Path(os.fsdecode(error.filename)) if error.filename else root
        tally.skip(_where(folder, root), f"cannot be listed: {error.strerror}")

    return tell


def _where(file: Path, root: Path) -> str:
    return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)


def _placed(names: tuple[str, ...]) -> Stored:
    """What the names of a mailbox and of the folders around it say: `Drafts`, `.Junk.2024`."""
    labels = {
        label
        for name in names
        for label in name.casefold().removesuffix(".mbox").strip(".").split(".")
    }
    return Stored(is_draft=not _DRAFTS.isdisjoint(labels), is_junk=not _JUNK.isdisjoint(labels))


@lru_cache(maxsize=64)  # the files of a folder come one after the other
def _placed_in(folder: Path, root: Path) -> Stored:
    """What the names of the folders around a message say."""
    return _placed(_around(folder, root))


def _around(folder: Path, root: Path) -> tuple[str, ...]:
    return (root.name, *folder.relative_to(root).parts)


def _delivered(file: Path, placed: Stored) -> Stored:
    moment, flags = _DELIVERED.match(file.name), _FLAGS.search(file.name)
    return placed._replace(
        at=seconds(int(moment[1])) if moment else None,
        is_draft=placed.is_draft or (flags is not None and "D" in flags[1]),
    )


def _mailbox(file: Path, root: Path, tally: Tally) -> Iterator[Event]:
    try:
        yield from mbox.read(file, tally, _placed((*_around(file.parent, root), file.name)))
    except OSError as error:
        tally.skip(_where(file, root), f"cannot be read: {error.strerror or error}")


def _message(
    file: Path, root: Path, tally: Tally, *, is_delivered: bool = False
) -> Iterator[Event]:
    where = _where(file, root)
    placed = _placed_in(file.parent, root)
    stored = _delivered(file, placed) if is_delivered else placed
    before = tally.octets
    try:
        with texts(file, tally) as stream:
            looked_at = start(stream, _FIRST)
            first = looked_at.lstrip(b"\r\n")
            length = _APPLE.match(first)
            header, body = split(first[length.end() :] if length else first)
            if not body and len(looked_at) == _FIRST:
                header, body = split(header + start(stream, LONGEST))
            parsed = Parsed(header, stored)
            if parsed.is_notice:
                body += start(stream, BODY)
        size = file.stat().st_size
    except OSError as error:
        tally.skip(where, f"cannot be read: {error.strerror or error}")
        return
    tally.octets = before + size
    if not header.strip():
        tally.skip(where, "empty")
        return
    event = parsed.event(where, tally, body)
    if event is not None:
        yield event
