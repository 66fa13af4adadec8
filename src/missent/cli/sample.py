"""`missent sample`: a made-up organisation, to try the console with."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import click

from missent.cli import FINDINGS, shell

if TYPE_CHECKING:
    from missent.cli.root import Context


@click.group(name="sample")
def command() -> None:
    """Lay a made-up organisation into a store, or take it away.

    `make run` does the first by itself; the console has a button for the second.

    \b
    Examples:
      missent --config deploy/embedded.toml sample add
      missent --config deploy/embedded.toml sample remove
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"


@command.command(name="add")
@click.pass_obj
def add(context: Context) -> None:
    """Add a month's decisions, held messages and exceptions.

    They are of kestrel.example, which nobody has. Only into a store without decisions, and only
    where released mail stays in an outbox: nothing of it may reach a mail server.

    Example: missent --config deploy/embedded.toml sample add
    """
    _run(context, "lay")
    click.echo("a sample organisation is in the store; missent sample remove takes it away")


@command.command(name="remove")
@click.pass_obj
def remove(context: Context) -> int:
    """Take it away with all that was done about it.

    So does the button of the console. The exit code is 1 where there was none. What is real stays
    as it is, the counts of days too.

    Example: missent --config deploy/embedded.toml sample remove
    """
    gone = _run(context, "clear", shell.me())
    click.echo(f"{gone} decisions and messages of the sample were taken away", err=not gone)
    return 0 if gone else FINDINGS


@command.command(name="link")
@click.pass_obj
def link(context: Context) -> int:
    """Print a link that signs you in to the console, once.

    You are its administrator then. The account admin is made where there is no account at all. Once
    it has a password, there are no more links from here, and the exit code is 1: see missent user
    link.

    Example: missent --config deploy/embedded.toml sample link
    """
    found = _run(context, "link")
    told = f"    {found}" if found else "no link: the account admin has a password"
    click.echo(told, err=not found)
    return 0 if found else FINDINGS


def _run(context: Context, what: str, *more: str) -> Any:
    from missent.app import console  # noqa: PLC0415  slow to import
    from missent.report import log  # noqa: PLC0415  likewise

    settings = context.settings()
    log.configure(settings.log.format, "warning")
    with context.blamed():
        return asyncio.run(getattr(console, what)(settings, *more))
