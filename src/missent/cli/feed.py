"""`missent feed`: block what a sinkhole's report names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from missent.cli.root import Context

FINDINGS = 1


@click.command(name="feed")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--key", required=True, metavar="KEY", help="The sinkhole's public key, or a file.")
@click.option(
    "--rules",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where the rules go; otherwise the first of policy.feeds.",
)
@click.option(
    "--meant",
    multiple=True,
    metavar="ZONE",
    help="Take names that stand for this zone; otherwise our domains and protected zones.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    default=365,
    show_default=True,
    help="How long a rule holds.",
)
@click.pass_obj
def command(  # noqa: PLR0917  click passes each by its name
    context: Context, file: Path, key: str, rules: Path | None, meant: tuple[str, ...], days: int
) -> int:
    """Block what a sinkhole's report names, if its signature fits.

    The names are added to the rules of this guard. Only names are taken that stand for a name of
    ours, and none that people do mean; the others are listed with the reason. Gates that run see
    the new rules within seconds.

    \b
    Examples:
      missent feed report.json --key sinkhole.pub
      missent feed report.json --key fhq/4m/++8I8WAJpYGW8fOCMTBXEld542CqJCkDwrrM=
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.core.errors import ConfigError, ProtocolError  # noqa: PLC0415  slow to import
    from missent.report.owner import feed, signing  # noqa: PLC0415  likewise

    settings = context.settings()
    target = rules or next(iter(settings.policy.feeds), None)
    if target is None:
        raise ConfigError("no file for the rules: set policy.feeds, or name one with --rules")
    zones = tuple(map(_zone, meant)) or (
        *settings.organisation.domains,
        *settings.organisation.protected,
    )
    if not zones:
        raise ConfigError(
            "whose names? set organisation.domains or organisation.protected, or name a zone with "
            "--meant"
        )
    with file.open("rb") as reading:
        octets = reading.read(signing.LARGEST + 1)
    trusted = _key(key)
    try:
        report = signing.verify(octets, trusted)
    except ProtocolError as error:
        click.echo(f"Error: {file}: {error}; no rule was added", err=True)
        return FINDINGS
    today = datetime.now(UTC).date()
    taken = feed.take(report, zones, today + timedelta(days=days))
    new = feed.write(target, taken.entries, today)
    for name, reason in taken.skipped:
        click.echo(f"left out: {name}: {reason}")
    click.echo(
        f"{target}: {new} new rules for {len(taken.entries) // 2} names of report {report.id}"
    )
    return 0


def _key(given: str) -> str:
    """The key itself, or what stands in the file of that name."""
    from missent.core.errors import ConfigError  # noqa: PLC0415  slow to import
    from missent.report.owner import signing  # noqa: PLC0415  likewise

    path = Path(given)
    is_file = path.is_file()
    try:
        key = path.read_text("ascii", "replace").strip() if is_file else given
        signing.examine_key(key)
    except ConfigError as error:
        where = f"{path}: {error}" if is_file else f"{given!r} is no file; as a key: {error}"
        raise click.BadParameter(where, param_hint="--key") from None
    return key


def _zone(given: str) -> str:
    from missent.core.address import Domain  # noqa: PLC0415  slow to import
    from missent.core.errors import AddressError  # noqa: PLC0415  likewise

    try:
        return Domain.parse(given).name
    except AddressError as error:
        fault = f"{given!r} is no zone such as mil: {error.reason}"
        raise click.BadParameter(fault, param_hint="--meant") from None
