"""`missent sinkhole report`: what an owner is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from missent.cli.form import form
from missent.cli.sinkholes.period import period, wanted

if TYPE_CHECKING:
    from missent.cli.root import Context


@click.command()
@period
@form("text", "json", "html")
@click.pass_obj
def report(  # noqa: PLR0917  click passes each by its name
    context: Context, owner: str, since: str | None, until: str | None, days: int, form: str
) -> None:
    """Print the report to the owner of what was meant.

    It tells the volume, the trend, who sends and what to do. Names and organisations with few
    messages or senders are not told apart (sinkhole.k). The JSON form is signed with
    sinkhole.signing_key; its schema is docs/reference/sinkhole-report.md.

    \b
    Examples:
      missent sinkhole report --for mil
      missent sinkhole report --since 2026-10-01 --until 2026-10-31 --format json
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.app import reports  # noqa: PLC0415  slow to import, `--help` needs none

    settings = context.settings()
    with context.blamed():
        made = asyncio.run(reports.report(settings, wanted(owner, since, until, days)))
    click.echo(reports.rendered(made, form), nl=False)
