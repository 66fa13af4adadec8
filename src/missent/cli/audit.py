"""`missent audit`: has it happened to us?"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from missent.audit.events.formats import BY_NAME
from missent.cli import FINDINGS, UNDECIDED
from missent.cli.audits import telling
from missent.cli.blame import blaming
from missent.cli.form import form
from missent.cli.progress import bars
from missent.cli.text import remark

if TYPE_CHECKING:
    from collections.abc import Callable

    from missent.audit.events.read import Dataset
    from missent.audit.events.read import Engine as Limits
    from missent.audit.leaks.interface import Engine as Running
    from missent.audit.leaks.leak import Audit
    from missent.audit.leaks.options import FindOptions
    from missent.audit.leaks.show.names import Names
    from missent.cli.root import Context


def _zone(_context: click.Context, option: click.Parameter, given: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(given) if given else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter(
            f"{given!r} is no time zone such as UTC or Europe/Berlin", param=option
        ) from None


@click.command(name="audit")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "--standing",
    is_flag=True,
    help="The sources are forwards, Sieve scripts, aliases, maps, lists and address books.",
)
@click.option(
    "--read-as",
    type=click.Choice(list(BY_NAME)),
    metavar="FORMAT",
    help=f"The format of the sources: {', '.join(BY_NAME)}.",
)
@click.option(
    "--own",
    multiple=True,
    metavar="DOMAIN",
    help="A domain of yours, besides organisation.domains; may be given again.",
)
@click.option(
    "--zone",
    callback=_zone,
    metavar="ZONE",
    help="Of stamps without one, such as Europe/Berlin; otherwise this machine's.",
)
@click.option(
    "--year",
    type=click.IntRange(1970, 2105),
    help="Of the last line, where stamps have none; otherwise told by the file's name or time.",
)
@form(
    "text",
    "json",
    "csv",
    told="For people, as one JSON object, or one line for each sender and recipient.",
)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write a report to be handed on; one file, which fetches nothing.",
)
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Wrong domains that --format text shows.",
)
@click.option("--pseudonymise", is_flag=True, help="Show keyed hashes in place of local parts.")
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The key of --pseudonymise; otherwise each run makes one of its own.",
)
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where what was read is kept; otherwise in .missent-audit beside the first source.",
)
@click.option("--no-cache", is_flag=True, help="Keep nothing of what was read.")
@click.option(
    "--memory", default="800MB", show_default=True, help="What the engine may hold in memory."
)
@click.option("--threads", type=click.IntRange(1, 512), help="Cores; otherwise all.")
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What runs the plan: this machine, or a Spark.",
)
@click.option("--master", metavar="URL", default="local[*]", help="The Spark that is asked.")
@click.pass_obj
def command(
    context: Context,
    *,
    sources: tuple[str, ...],
    standing: bool,
    read_as: str | None,
    own: tuple[str, ...],
    zone: ZoneInfo | None,
    year: int | None,
    form: str,
    html: Path | None,
    most: int,
    pseudonymise: bool,
    key_file: Path | None,
    cache: Path | None,
    no_cache: bool,
    memory: str,
    threads: int | None,
    engine: str,
    master: str,
) -> int:
    """Look back through logs: which mail went to the wrong domain?

    A source is a log of a mail server, a mailbox, a folder of them, a glob, or - for standard
    input, compressed or not; its format is told by its content. What was read is kept as Parquet,
    so that the next question takes seconds. The exit code is 0 when nothing was found, 1 when
    something was, 3 when nothing in some source could be read.

    \b
    Examples:
      missent audit --own corp.example /var/log/mail.log*
      missent audit --html report.html --pseudonymise /srv/logs
      zcat old.gz | missent audit --year 2019 --format json -
      missent audit --standing /etc/aliases /home contacts.csv
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.audit.events.duck import interruptible  # noqa: PLC0415  `--help` needs none
    from missent.audit.events.interface import ReadOptions  # noqa: PLC0415  likewise
    from missent.audit.events.read import Engine, read  # noqa: PLC0415  likewise

    if html and not html.absolute().parent.is_dir():
        raise click.BadParameter(f"{html.parent} is no directory", param_hint="--html")
    if no_cache and cache:
        raise click.UsageError("--cache and --no-cache exclude each other")
    names = _names(pseudonymise=pseudonymise, key_file=key_file)
    options = _find_options(context, own, quiet=standing)
    if standing:
        if html or form == "csv":
            raise click.UsageError("--standing gives text or --format json")
        from missent.cli.audits.standing import show_standing  # noqa: PLC0415  only here

        return show_standing(sources, options, names, form)
    with ExitStack() as stack:
        if no_cache:
            cache = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="missent-audit-")))
        limits = Engine(memory, threads)
        with blaming("SOURCE"), bars() as progress, interruptible():
            dataset = read(
                sources,
                ReadOptions(read_as, zone, year),
                cache,
                limits,
                lambda done, total: progress("octets read", done, total),
            )
            telling.sources(dataset, names)
            audit = _find(dataset, options, limits, engine, master, progress)
    audit.sources = dataset.sources
    for reason in sorted(audit.errors):
        remark(f"a check failed: {reason}")
    if html:
        from missent.audit.leaks.show import as_html  # noqa: PLC0415  only here

        as_html.write(html, audit, options.policy, names)
    telling.show(audit, names, form, most)
    if any(not s.events and (s.tally.skipped or s.broken) for s in dataset.sources):
        return UNDECIDED
    if audit.errors:
        return UNDECIDED
    return FINDINGS if audit.leaks else 0


def _find(  # noqa: PLR0917
    dataset: Dataset,
    options: FindOptions,
    limits: Limits,
    engine: str,
    master: str,
    progress: Callable[[str, int, int], None],
) -> Audit:
    from missent.audit.leaks.find import find  # noqa: PLC0415  slow to import

    work = dataset.folder / f"work-{os.getpid()}"
    work.mkdir(mode=0o700)
    try:
        running: Running
        if engine == "spark":
            from missent.audit.leaks.spark import Spark  # noqa: PLC0415  an optional dependency

            running = Spark(dataset.files, work, master)
        else:
            from missent.audit.leaks.duck import Duck  # noqa: PLC0415  slow to import

            running = Duck(dataset.files, work, limits)
        try:
            return find(running, options, progress)
        finally:
            running.close()
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _find_options(context: Context, own: tuple[str, ...], *, quiet: bool) -> FindOptions:
    from missent.app import build  # noqa: PLC0415  `--help` needs none
    from missent.audit.leaks.options import FindOptions  # noqa: PLC0415  likewise
    from missent.core.address import Domain  # noqa: PLC0415  likewise
    from missent.core.errors import AddressError  # noqa: PLC0415  likewise

    app = build(context.settings() if context.file else None)
    try:
        named = frozenset(Domain.parse(text).name for text in own)
    except AddressError as error:
        raise click.BadParameter(str(error), param_hint="--own") from None
    ours = app.own_domains | named
    if not ours and not quiet:
        remark(
            "no domain of yours is known (--own, organisation.domains): every sender counts as one"
            " of yours, and every domain that wrote as real"
        )
    return FindOptions(app.policy, app.checks, ours, app.exceptions)


def _names(*, pseudonymise: bool, key_file: Path | None) -> Names:
    from missent.audit.leaks.show.names import Names  # noqa: PLC0415  `--help` needs none

    if key_file and not pseudonymise:
        raise click.UsageError("--key-file is for --pseudonymise")
    if not pseudonymise:
        return Names()
    key = key_file.read_bytes().strip()[:64] if key_file else secrets.token_bytes(32)
    if not key:
        raise click.BadParameter(f"{key_file} is empty", param_hint="--key-file")
    return Names(key)
