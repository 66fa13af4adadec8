"""Which format a source has, and the reader for it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from missent.audit.sources import folder, journal, jsonl, postfix
from missent.audit.sources.dates import SYSLOG
from missent.audit.sources.octets import start, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from missent.audit.sources.interface import Event, Reader, Tally


def _mailboxes(path: Path, tally: Tally) -> Iterator[Event]:
    return folder.read(path, tally) if path.is_dir() else folder.read_mailbox(path, tally)


READERS: Mapping[str, Reader] = {
    "jsonl": jsonl.read,
    "mbox": _mailboxes,
    "maildir": folder.read,
    "eml": folder.read,
    "postfix": postfix.read,
}
EMPTY = "empty"  # a log that was just rotated, a mailbox without mail
_DAY = 86_400
_LOOKED_AT = 64 * 1024
_NAMES = (
    "Return-Path|Received|Delivered-To|From|To|Cc|Date|Subject|Message-ID|MIME-Version|X-[!-9;-~]+"
)
_HEADER = re.compile(rf"(?:{_NAMES}):|[A-Za-z][A-Za-z0-9_-]*:[ \t]".encode(), re.IGNORECASE)
_JOURNAL = re.compile(rb"\A(?:-- [^\n]*\n)+")  # what journalctl says before the first line
_STAMP = re.compile(rf"^{SYSLOG} \S+ ".encode(), re.MULTILINE)
_POSTFIX = re.compile(rf"^{SYSLOG} \S+ postfix[^\s\[]*/".encode(), re.MULTILINE)
_MANY_LINES = re.compile(rb"\[\s*(?:[{\]]|$)|\{[ \t\r]*(?:\n|$)")


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


def reader(form: str, now: int) -> Reader:
    """The reader of a format that `detect` told.

    Args:
        form: the format.
        now: the present moment in seconds since the epoch. Mail from later than tomorrow was dated
            by a clock that goes wrong; it is taken as of now.
    """
    if form == EMPTY:
        return _nothing
    read = READERS[form]

    def until_now(path: Path, tally: Tally) -> Iterator[Event]:
        for event in read(path, tally):
            if event.at > now + _DAY:
                tally.future += 1
                yield replace(event, at=now)
            else:
                yield event

    return until_now


def _nothing(path: Path, tally: Tally) -> Iterator[Event]:  # noqa: ARG001  as every reader
    return iter(())


def _folder(path: Path) -> str | None:
    """What lies in a folder, by the first of its files that is mail."""
    if any((path / name).is_dir() for name in ("cur", "new")) or any(path.glob("*/cur/")):
        return "maildir"
    kinds = map(folder.kind_of, folder.files(path))
    return next((kind for kind in kinds if kind is not None), None)


def _file(path: Path) -> str | None:
    with texts(path) as stream:
        text = start(stream, _LOOKED_AT).lstrip()
    if not text:
        return EMPTY
    text = _JOURNAL.sub(b"", text)
    if _MANY_LINES.match(text):
        raise ValueError(f"{path}: JSON, but not one object a line; `jq -c` makes it so")
    if text.startswith(b"{"):
        return "postfix" if journal.is_journal(text) else "jsonl"
    if text.startswith(b"From "):
        return "mbox"
    if _STAMP.match(text):
        return "postfix"
    if _HEADER.match(text):
        return "eml"
    return "postfix" if _POSTFIX.search(text) else None  # a log that begins within a line
