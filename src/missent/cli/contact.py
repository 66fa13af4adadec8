"""`missent contact`: whom to write to about a domain."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from missent.cli.form import form

if TYPE_CHECKING:
    from missent.report.contact.find import Found

UNDECIDED = 3


@click.command(name="contact")
@click.argument("domain")
@form("text", "json")
@click.option("--cafile", type=click.Path(path_type=Path), help="Certificates to trust instead.")
@click.option("--bootstrap", default="", metavar="URL", help="Another list of RDAP servers.")
def command(domain: str, form: str, cafile: Path | None, bootstrap: str) -> int:
    """Find whom to write to about DOMAIN.

    Its security.txt is asked for, then the registries (RDAP); the postmaster comes last. What could
    not be asked is told on standard error; then the exit code is 3.

    \b
    Examples:
      missent contact example.org
      missent contact mil --format json
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.core.address import Domain  # noqa: PLC0415  `--help` needs none
    from missent.core.errors import AddressError  # noqa: PLC0415  likewise

    try:
        name = Domain.parse(domain.strip()).name
    except AddressError as error:
        raise click.BadParameter(str(error), param_hint="DOMAIN") from None
    found = asyncio.run(_find(name, cafile, bootstrap))
    if form == "json":
        said = {
            "domain": name,
            "contacts": [one._asdict() for one in found.contacts],
            "doubts": found.doubts,
        }
        click.echo(json.dumps(said, indent=2))
    else:
        for one in found.contacts:
            click.echo(f"{one.address}  ({one.found_by})")
        for doubt in found.doubts:
            click.echo(f"not asked: {doubt}", err=True)
    return UNDECIDED if found.doubts else 0


async def _find(name: str, cafile: Path | None, bootstrap: str) -> Found:
    import ssl  # noqa: PLC0415  slow to import, `--help` needs none

    from missent.core.errors import ConfigError  # noqa: PLC0415  likewise
    from missent.report.contact import rdap  # noqa: PLC0415  likewise
    from missent.report.contact.fetch import Web  # noqa: PLC0415  likewise
    from missent.report.contact.find import find  # noqa: PLC0415  likewise

    verify = None
    if cafile is not None:
        try:
            verify = ssl.create_default_context(cafile=str(cafile))
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"{cafile}: no certificates that can be read: {error}") from None
    async with Web(verify) as web:
        return await find(name, web, bootstrap or rdap.BOOTSTRAP)
