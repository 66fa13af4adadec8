"""`missent sinkhole senders`: whose people mistype, and what to write to them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from missent.cli.form import form
from missent.cli.sinkholes.period import period, wanted

if TYPE_CHECKING:
    from missent.cli.root import Context


@click.command()
@period
@form("text", "json")
@click.option(
    "--least", type=click.IntRange(1), default=1, help="Only those with so many messages."
)
@click.option(
    "--letters",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write a ready letter for each, as a mail that can be sent.",
)
@click.pass_obj
def senders(  # noqa: PLR0917  click passes each by its name
    context: Context,
    owner: str,
    since: str | None,
    until: str | None,
    days: int,
    form: str,
    least: int,
    letters: Path | None,
) -> None:
    """List the sending organisations, the busiest first.

    The list is for the operator alone: nothing is suppressed in it. A letter holds the numbers of
    the organisation that it goes to, and no address.

    \b
    Examples:
      missent sinkhole senders --days 7
      missent sinkhole senders --least 10 --letters letters/
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.app import reports  # noqa: PLC0415  slow to import, `--help` needs none

    settings = context.settings()
    want = wanted(owner, since, until, days)
    with context.blamed():
        found = asyncio.run(reports.by_sender(settings, want))
        if not found:
            none = (
                f"no mail of people from {want.first} to {want.last};"
                " `missent sinkhole report` also counts programs'"
            )
            click.echo(none, err=True)
        for name, one in found.items():
            if one.messages < least:
                continue
            if form == "json":
                row = {
                    "organisation": name,
                    "messages": one.messages,
                    "recipients": one.recipients,
                    "senders": one.senders,
                    "typed": {typed: n for (typed, _), n in one.typed.most_common()},
                }
                click.echo(json.dumps(row))
            else:
                names = ", ".join(typed for (typed, _), _ in one.typed.most_common(3))
                click.echo(f"{one.messages:>8,}  {name:<32}  {names}")
            if letters is not None:
                letters.mkdir(parents=True, exist_ok=True)
                mail = reports.sender_mail(settings, name, one, want)
                (letters / f"{name}.eml").write_bytes(bytes(mail))
