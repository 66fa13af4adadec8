"""`missent sinkhole history` and `note`: who was told what, and what came of it."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

import click

from missent.cli.form import form
from missent.core.moment import iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.cli.root import Context
    from missent.memory.refusals import Notice
    from missent.settings import Settings

_DAY = 86_400


@click.command()
@click.argument("subject", default="")
@form("text", "json")
@click.pass_obj
def history(context: Context, subject: str, form: str) -> None:
    """Show who was told what, and for how long each is silent.

    One SUBJECT is shown, or all. A subject is an owner such as `mil`, or a sending organisation.
    This record can be shown: it has dates, contacts and the answers of mail servers, and no address
    of anybody who mistyped.

    \b
    Example:
      missent sinkhole history mil
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    settings = context.settings()
    with context.blamed():
        notices = asyncio.run(_notices(settings, subject))
    if not notices:
        click.echo("nobody was told anything yet", err=True)
    now = time.time()
    for one in notices:
        moment = iso(one.at)
        silent = _silence(one, notices, now)
        if form == "json":
            click.echo(json.dumps({**one._asdict(), "at": moment, "silent_days": silent}))
            continue
        click.echo(f"{moment}  {one.subject}  {one.outcome}  {one.contact} ({one.found_by})")
        if one.detail:
            click.echo(f"    {one.detail}")
        if silent is not None:
            click.echo(f"    no answer for {silent} days")


@click.command()
@click.argument("subject")
@click.argument("text")
@click.option("--outcome", type=click.Choice(["answered", "closed"]), default="answered")
@click.pass_obj
def note(context: Context, subject: str, text: str, outcome: str) -> None:
    """Record what SUBJECT answered, or that the matter is closed.

    \b
    Example:
      missent sinkhole note mil "They ask for more." --outcome answered
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    settings = context.settings()
    with context.blamed():
        asyncio.run(_note(settings, subject, text, outcome))


async def _notices(settings: Settings, subject: str) -> Sequence[Notice]:
    from missent.app import reports  # noqa: PLC0415  slow to import, `--help` needs none

    async with reports.numbers(settings) as refusals:
        return await refusals.notices(subject)


async def _note(settings: Settings, subject: str, text: str, outcome: str) -> None:
    from missent.app import reports  # noqa: PLC0415  slow to import, `--help` needs none
    from missent.memory.refusals import Notice  # noqa: PLC0415  likewise

    async with reports.numbers(settings) as refusals:
        before = [one for one in await refusals.notices(subject) if one.party != "note"]
        party = before[-1].party if before else "owner"
        await refusals.note(
            Notice(int(time.time()), party, subject, "", "given", "", outcome, text)
        )


def _silence(one: Notice, notices: Sequence[Notice], now: float) -> int | None:
    """Whole days since a notice that nothing followed; None where something did."""
    if one.outcome != "sent":
        return None
    later = [
        other
        for other in notices
        if other.subject == one.subject
        and other.at >= one.at
        and other.outcome in {"answered", "closed"}
    ]
    return None if later else int((now - one.at) // _DAY)
