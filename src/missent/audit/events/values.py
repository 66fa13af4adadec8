"""What the formats made of comma-separated values share: their headings and their moments."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from missent.audit.events.text import head, texts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from missent.audit.events.interface import Head, Sink, Source

_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_COMMENT = re.compile(rb"^#.*\n", re.MULTILINE)


def headings(text: str, mark: str = "") -> list[str]:
    """The names of columns in a text's first line, or in that which begins with a mark."""
    for line in text.splitlines()[:50]:
        bare = line.lstrip("\ufeff")
        if bare.startswith(mark) and bare.strip():
            names = next(csv.reader([bare[len(mark) :]]), [])
            return [plain(name) for name in names]
    return []


def plain(name: str) -> str:
    """A heading in lower case, without blanks and marks: `Sender Address` and `sender_address`."""
    return _NOT_PLAIN.sub("", name.lower())


def is_table(head: Head, needed: Collection[str], mark: str = "") -> bool:
    """Whether a text has columns of these plain names."""
    return set(needed) <= set(headings(head.text, mark))


def read(
    source: Source, sink: Sink, known: Mapping[str, str], sql: str, mark: str = ""
) -> Iterator[None]:
    """Read a table.

    Args:
        source: the file.
        sink: takes the rows.
        known: plain headings, and what each is called in `sql`; one that is missing is NULL.
        sql: as of `Sink.rows`, over `{table}`.
        mark: what the line of headings begins with.

    Raises:
        ValueError: there are no headings.
    """
    found = headings(head(source.path), mark)
    if not found:
        raise ValueError(f"{source.name}: no line of headings")
    source.unknown = tuple(name for name in found if name and name not in known)
    columns = [f"{name or 'c'}_{number}" for number, name in enumerate(found)]
    picked: dict[str, str] = {}
    for column, name in zip(columns, found, strict=True):
        if name in known:
            picked.setdefault(known[name], f'"{column}"')
    picks = ", ".join(
        f"{picked.get(name, 'NULL::VARCHAR')} AS {name}" for name in {*known.values()}
    )
    shown = ", ".join(f'"{column}"' for column in columns)
    table = f"(SELECT {picks}, concat_ws(',', {shown}) AS line FROM {{source}})"
    first = True
    for text in texts(source):
        start = text.find(b"\n") + 1 if first and not mark else 0
        rows = _COMMENT.sub(b"", text) if mark else text[start:]
        first = False
        sink.rows([rows], columns, sql.replace("{table}", table))
        yield


def moment(column: str) -> str:
    """SQL for the seconds of a moment as exports write it; without a zone it is UTC."""
    text = f"replace({column}, '/', '-')"
    return f"""floor(epoch(coalesce(
    CASE WHEN regexp_matches({column}, '[+-]\\d\\d:?\\d\\d$')
      THEN try_cast({column} AS TIMESTAMPTZ)::TIMESTAMP END,
    try_cast(regexp_replace({text}, '( UTC|Z)$', '') AS TIMESTAMP),
    try_strptime({column}, ['%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y %H:%M:%S', '%m/%d/%Y %H:%M'])
  )))::BIGINT"""


def message(*columns: str) -> str:
    """SQL for the number of a message, by the first of its columns that is there."""
    named = ", ".join(f"nullif({column}, '')" for column in columns)
    return f"(hash(coalesce({named})) >> 1)::BIGINT"
