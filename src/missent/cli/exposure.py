"""`missent exposure`: which lookalikes of ours take our mail."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from missent.cli.form import form
from missent.cli.progress import bars
from missent.core.address import Domain
from missent.core.errors import AddressError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from missent.cli.root import Context
    from missent.core.finding import Json
    from missent.exposure.lookalike import Lookalike
    from missent.exposure.since import Before


@click.command(name="exposure")
@click.argument("domains", nargs=-1, metavar="[DOMAIN]...")
@click.option("--file", type=click.File(), metavar="FILE", help="More domains, one a line.")
@click.option(
    "--limit",
    type=click.IntRange(1, 20_000),
    default=500,
    show_default=True,
    help="Lookalikes of each domain.",
)
@click.option(
    "--mass",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    help="Enough when they are this share of all slips, such as 0.7.",
)
@click.option(
    "--volume", type=click.FloatRange(0), help="Messages a year to each domain; else the store's."
)
@click.option(
    "--slips",
    type=click.FloatRange(0, 1),
    default=0.0007,
    show_default=True,
    help="Share of messages whose domain is mistyped.",
)
@click.option(
    "--since", type=click.File(), metavar="FILE", help="Print only what changed since that JSON."
)
@click.option(
    "--save",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the whole run there as JSON, for the next --since.",
)
@click.option("--offline", is_flag=True, help="List the names, likeliest first, and ask nobody.")
@click.option(
    "--probe",
    default="",
    metavar="OWN-NAME",
    help="Also ask the mail servers whether they take any recipient; we say that we are OWN-NAME.",
)
@click.option(
    "--probe-patience",
    type=click.IntRange(1, 600),
    default=45,
    show_default=True,
    metavar="SECONDS",
    help="What a mail server gets, whatever it does.",
)
@click.option(
    "--rdap", is_flag=True, help="Ask the registries since when, until when and by whom (RDAP)."
)
@click.option(
    "--certificates",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Certificates issued for lookalikes: JSON of a search in the transparency logs, as crt.sh "
    "gives it, or names, one a line; also compressed (gzip, xz, zstd). May be repeated.",
)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a picture there.",
)
@click.option("--all", "every", is_flag=True, help="Text: every name, not only the worst.")
@form("text", "json", "csv", told="For people; one JSON object; or comma-separated values.")
@click.pass_obj
def command(
    context: Context,
    *,
    domains: tuple[str, ...],
    file: IO[str] | None,
    limit: int,
    mass: float,
    volume: float | None,
    slips: float,
    since: IO[str] | None,
    save: Path | None,
    offline: bool,
    probe: str,
    probe_patience: int,
    rdap: bool,
    certificates: tuple[Path, ...],
    html: Path | None,
    every: bool,
    form: str,
) -> int:
    """Find names that people type for yours, and who takes the mail.

    Names are taken in the order in which people type them, and the DNS is asked about each (the
    resolvers and their rate stand in [dns]). Without DOMAIN, the organisation's own domains are
    taken. The exit code is 1 when a lookalike takes mail, or with --since, when something changed.

    \b
    Examples:
      missent exposure navy.mil
      missent exposure --certificates crt.json.gz corp.example
      missent exposure --limit 100 --volume 50000 --html map.html corp.example
      missent exposure --since seen.json --save seen.json corp.example
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.app.exposure import Look, look_around  # noqa: PLC0415  slow to import
    from missent.exposure import picture, tell  # noqa: PLC0415  likewise
    from missent.exposure import since as earlier  # noqa: PLC0415  likewise
    from missent.exposure.probe import ProbeOptions  # noqa: PLC0415  likewise
    from missent.report import whole  # noqa: PLC0415  likewise

    settings = context.settings()
    for path, option in ((save, "--save"), (html, "--html")):
        if path is not None and not path.absolute().parent.is_dir():
            raise click.BadParameter(f"{path.parent} is no directory", param_hint=option)
    names = _names(domains, "DOMAIN") + (_names(_lines(file), "--file") if file else [])
    names = list(dict.fromkeys(names)) or list(settings.organisation.domains)
    if not names:
        raise click.UsageError("name a domain of yours, or write organisation.domains")
    before = _before(since)
    hello = _name(probe, "--probe") if probe else ""
    look = Look(
        names,
        limit,
        mass,
        slips,
        volume,
        ProbeOptions(hello, patience=probe_patience) if hello else None,
        rdap,
        offline,
        certificates,
        _tell_unread,
    )
    with context.blamed(), bars() as tell_done:
        found = look_around(settings, look, partial(tell_done, "names"))
    if save is not None:
        whole.write(save, _json(tell.as_json(earlier.carried(found, before or {}))), 0o644)
    if html is not None:
        whole.write(html, picture.page(found), 0o644)
    changes = None if before is None else earlier.changed(found, before)
    if form == "text" and changes is not None:
        lines: Iterable[str] = [tell.change(one, was) for one, was in changes]
    elif form == "text":
        lines = tell.as_text(found, every=every or offline)
    else:
        shown = found if changes is None else [one for one, _ in changes]
        lines = _table(shown, form) if shown else ()
    for line in lines:
        click.echo(line)
    return int(bool(changes) if changes is not None else any(o.state.takes_mail for o in found))


def _table(found: Sequence[Lookalike], form: str) -> list[str]:
    from missent.exposure import tell  # noqa: PLC0415  slow to import

    return [_json(tell.as_json(found)) if form == "json" else tell.as_csv(found).rstrip("\n")]


def _json(run: dict[str, Json]) -> str:
    return json.dumps(run, ensure_ascii=False)


def _before(since: IO[str] | None) -> Before | None:
    from missent.exposure import since as earlier  # noqa: PLC0415  slow to import

    if since is None:
        return None
    try:
        return earlier.read(json.load(since))
    except ValueError as error:
        fault = f"{since.name}: not what --save wrote: {error}"
        raise click.BadParameter(fault, param_hint="--since") from None


def _lines(file: IO[str]) -> Iterator[str]:
    try:
        yield from file
    except UnicodeDecodeError:
        fault = f"{file.name}: it is no text in UTF-8; write a domain a line"
        raise click.BadParameter(fault, param_hint="--file") from None


def _names(given: Iterable[str], option: str) -> list[str]:
    bare = (text.partition("#")[0].strip() for text in given)
    return [_name(text, option) for text in bare if text]


def _name(text: str, option: str) -> str:
    try:
        domain = Domain.parse(text)
    except AddressError as error:
        raise click.BadParameter(str(error), param_hint=option) from None
    if domain.is_literal or "." not in domain.name:
        raise click.BadParameter(f"{text!r} is no domain such as corp.example", param_hint=option)
    return domain.name


def _tell_unread(path: Path, count: int) -> None:
    entries = "1 entry was" if count == 1 else f"{count} entries were"
    click.echo(f"{path}: {entries} no certificate and no name, and left out", err=True)
