"""`missent dnslog`: who asks a name server for the mail of names that do not exist."""

from __future__ import annotations

import gzip
import io
import json
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from missent.cli.form import form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.audit.dnslog.count import Asked, Knocks
    from missent.cli.root import Context

_GZIP = b"\x1f\x8b"


@click.command(name="dnslog")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@form("text", "json")
@click.option("--protect", multiple=True, metavar="ZONE", help="Besides the configured zones.")
@click.option(
    "--exists",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Names that exist, one a line: their questions are no knocks. For logs without answers.",
)
@click.option("--limit", default=100, show_default=True, help="Names to be listed; 0 for all.")
@click.pass_obj
def command(  # noqa: PLR0917  click passes each by its name
    context: Context,
    files: tuple[Path, ...],
    form: str,
    protect: tuple[str, ...],
    exists: Path | None,
    limit: int,
) -> int:
    """Find lookalikes of protected names in logs of name servers.

    The servers are authoritative ones: BIND and PowerDNS in text, and dnstap (BIND, Knot, NSD),
    each also compressed by gzip; `-` is standard input. Questions for MX, A and AAAA count, where
    the log does not say that the name exists. The exit code is 1 where something was found.

    \b
    Examples:
      missent dnslog /var/log/named/queries.log
      missent dnslog --protect example.org --format json queries.log.*.gz
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.app import build  # noqa: PLC0415  slow to import, `--help` needs none
    from missent.app.near import protected_name  # noqa: PLC0415  likewise
    from missent.audit.dnslog.count import Knocks  # noqa: PLC0415  likewise
    from missent.cli import FINDINGS, UNDECIDED  # noqa: PLC0415  likewise

    settings = context.settings()
    if protect:
        organisation = settings.organisation
        zones = (*organisation.protected, *(zone.lower().rstrip(".") for zone in protect))
        organisation = organisation.model_copy(update={"protected": zones})
        settings = settings.model_copy(update={"organisation": organisation})
    known = exists.read_text("utf-8").split() if exists else []
    with context.blamed():
        knocks = Knocks(
            protected_name(build(settings)), (name.lower().rstrip(".") for name in known)
        )
    failed = False
    for file in files:
        failed |= not _read(file, knocks)
    found = list(knocks.names())
    for one in found[: limit or None]:
        click.echo(_row(one) if form == "json" else _line(one))
    if limit and len(found) > limit:
        click.echo(f"and {len(found) - limit} more names; --limit 0 lists all", err=True)
    if failed:
        return UNDECIDED
    return FINDINGS if found else 0


def _read(path: Path, knocks: Knocks) -> bool:
    from missent.audit.dnslog import dnstap, lines  # noqa: PLC0415  `--help` needs none
    from missent.cli.progress import bars  # noqa: PLC0415  likewise
    from missent.core.errors import ProtocolError  # noqa: PLC0415  likewise

    reader: dnstap.Reader | lines.Reader
    try:
        with _opened(path) as file, bars() as progress:
            if file.peek(4)[:4] == dnstap.START:
                reader = dnstap.Reader()
                queries = reader(file)
            else:
                reader = lines.Reader()
                queries = reader(line.decode("utf-8", "replace") for line in file)
            for number, query in enumerate(queries):
                knocks.add(query)
                if number % 10_000 == 0:
                    progress(str(path), number, 0)
    except (OSError, EOFError, ProtocolError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        click.echo(f"{path}: {reason}; what was read before counts", err=True)
        return False
    if reader.lines and reader.unread == reader.lines:
        click.echo(
            f"{path}: it is no dnstap file, and no line of it is a question to BIND or PowerDNS; "
            "is it the query log?",
            err=True,
        )
        return False
    return True


def _opened(path: Path) -> io.BufferedReader:
    raw = io.FileIO(sys.stdin.fileno(), closefd=False) if str(path) == "-" else io.FileIO(path)
    file: io.BufferedReader = io.BufferedReader(raw)
    if file.peek(2)[:2] == _GZIP:
        return io.BufferedReader(cast("io.RawIOBase", gzip.GzipFile(fileobj=file)))
    return file


def _row(one: Asked) -> str:
    return json.dumps(
        {
            "typed": one.typed,
            "meant": one.meant,
            "kinds": dict(one.kinds.most_common()),
            "days": dict(sorted(one.days.items())),
            "networks": dict(one.networks.most_common(20)),
        }
    )


def _line(one: Asked) -> str:
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in one.kinds.most_common())
    days = sorted(one.days)
    span = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return "".join(_parts(one, kinds, span))


def _parts(one: Asked, kinds: str, span: str) -> Iterator[str]:
    yield f"{one.typed} for {one.meant}: {kinds}; {span}; {len(one.networks):,} networks"
    top = [f"{network} {count:,}" for network, count in one.networks.most_common(3)]
    yield from chain(("\n    ",), (", ".join(top),))
