"""`missent sinkhole hold` and `release`: let nothing be deleted while a court may ask for it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from missent.cli.root import Context
    from missent.settings import Settings


@click.command()
@click.option("--owner", required=True, help="Who orders it.")
@click.option("--reason", required=True, help="Why, for whoever asks later.")
@click.pass_obj
def hold(context: Context, owner: str, reason: str) -> None:
    """Let no count be deleted from now on.

    It holds whatever sinkhole.retention_days says.

    \b
    Example:
      missent sinkhole hold --owner legal@registry.example --reason "case 7/2026"
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    settings = context.settings()
    with context.blamed():
        asyncio.run(_hold(settings, owner, reason))
    click.echo("nothing is deleted until `missent sinkhole release`")


@click.command()
@click.pass_obj
def release(context: Context) -> None:
    """End every hold: counts are deleted by age again. The record of the hold stays.

    \b
    Example:
      missent sinkhole release
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    settings = context.settings()
    with context.blamed():
        ended = asyncio.run(_release(settings))
    click.echo(f"{ended} {'hold' if ended == 1 else 'holds'} ended")


async def _hold(settings: Settings, owner: str, reason: str) -> None:
    from missent.app import reports  # noqa: PLC0415  slow to import, `--help` needs none

    async with reports.numbers(settings) as refusals:
        await refusals.hold(owner, reason, int(time.time()))


async def _release(settings: Settings) -> int:
    from missent.app import reports  # noqa: PLC0415  slow to import, `--help` needs none

    async with reports.numbers(settings) as refusals:
        return await refusals.release(int(time.time()))
