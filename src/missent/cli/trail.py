"""`missent trail`: who did what, to be kept elsewhere and to be checked."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from missent.cli import FINDINGS, shell

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from typing import Any

    from missent.cli.root import Context
    from missent.memory.sql.store import SqlStore
    from missent.web.trail import Entry

_AT_ONCE = 1000
_LONGEST = 1 << 16  # characters of a line


@click.group(name="trail")
def command() -> None:
    """Read the trail: who signed in, decided or changed something.

    \b
    Examples:
      missent trail export > trail.ndjson
      missent trail verify trail.ndjson
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"


@command.command(name="export")
@click.option(
    "--after", type=click.IntRange(min=0), default=0, help="Only what has a number above."
)
@click.pass_obj
def export(context: Context, after: int) -> None:
    """Print the entries, the oldest first, one JSON object a line.

    Each has the SHA-256 of itself and of the one before: keep an export where those who can write
    to the store cannot, and compare with it by `missent trail verify`.

    Example: missent trail export --after 1200 >> trail.ndjson
    """

    async def show(store: SqlStore) -> None:
        async for entry in _entries(store, after):
            sys.stdout.write(json.dumps(_as_json(entry)) + "\n")
        sys.stdout.flush()

    shell.with_store(context, show)


@command.command(name="verify")
@click.argument("file", type=click.File(encoding="utf-8", errors="replace"), required=False)
@click.pass_obj
def verify(context: Context, file: Any) -> int:
    """Look whether the trail is as it was written.

    With FILE it must still say what FILE does, an earlier export, or - for standard input. The exit
    code is 1 where an entry is missing or was changed.

    Example: missent trail verify trail.ndjson
    """
    from missent.web.trail import faults  # noqa: PLC0415  `--help` needs none

    async def read(store: SqlStore) -> list[Entry]:
        return [entry async for entry in _entries(store, 0)]

    kept = dict(_exported(file)) if file else {}
    entries = shell.with_store(context, read)
    found = list(faults(entries))
    digests = {entry.number: entry.digest for entry in entries}
    for number, digest in sorted(kept.items()):
        if number not in digests:
            found.append(f"entry {number} of {file.name} is not in the store")
        elif digests[number] != digest:
            found.append(f"entry {number} is not the one of {file.name}")
    for fault in found:
        click.echo(fault)
    if not found:
        last = f", the last with {entries[-1].digest}" if entries else ""
        click.echo(f"{len(entries)} entries are as they were written{last}")
    return FINDINGS if found else 0


async def _entries(store: SqlStore, after: int) -> AsyncIterator[Entry]:
    from missent.web.sql.trail import SqlTrail  # noqa: PLC0415  slow to import

    trail = SqlTrail(store)
    while some := await trail.entries(after, _AT_ONCE):
        for entry in some:
            yield entry
        after = some[-1].number


def _as_json(entry: Entry) -> dict[str, Any]:
    from missent.memory.sql.export import moment  # noqa: PLC0415  slow to import

    return entry._asdict() | {"at": moment(entry.at)}


def _exported(file: Any) -> Iterator[tuple[int, str]]:
    number = 0
    while line := file.readline(_LONGEST):
        number += 1
        try:
            said = json.loads(line)
            yield int(said["number"]), str(said["digest"])
        except (ValueError, KeyError, TypeError):
            raise click.BadParameter(
                f"{file.name}: line {number} is no entry as `missent trail export` prints them"
            ) from None
