"""`missent held`: held messages, for reviewers and administrators."""

from __future__ import annotations

import asyncio
import getpass
import json
import time
from typing import TYPE_CHECKING

import click

from missent.cli import FINDINGS
from missent.cli.held_text import as_json, line, record

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from missent.cli.root import Context
    from missent.hold.interface import Held, HoldStore
    from missent.hold.machine import Choice

_FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
_BY = click.option("--by", default=None, metavar="NAME", help="Who decides; otherwise your login.")
_WHY = click.option("--why", default="", metavar="TEXT", help="The reason, for the record.")
_RECIPIENT = click.option(
    "--recipient", "-r", type=int, default=0, metavar="N", help="One recipient by its number."
)


@click.group(name="held")
def command() -> None:
    """Look at held messages, and decide about them.

    \b
    Examples:
      missent held list
      missent held release 4f2a90c1d7e8b365 --why "called her"
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"


@command.command(name="list")
@click.option("--all", "every", is_flag=True, help="Also those that were decided about.")
@_FORMAT
@click.pass_obj
def list_(context: Context, every: bool, form: str) -> None:
    """List the messages that wait, the oldest first.

    Example: missent held list --format json
    """
    found = _with_store(context, lambda store: store.messages(every=every, limit=100_000))
    for held in found:
        click.echo(json.dumps(as_json(held)) if form == "json" else line(held))
    if not found and form == "text":
        click.echo("nothing is held", err=True)


@command.command(name="show")
@click.argument("name")
@_FORMAT
@click.pass_obj
def show(context: Context, name: str, form: str) -> None:
    """Show a message's envelope, why it is held, and all that happened to it; never its content.

    Example: missent held show 4f2a90c1d7e8b365
    """

    async def both(store: HoldStore) -> Any:
        return await _named(store, name), await store.steps(name)

    held, steps = _with_store(context, both)
    if form == "json":
        click.echo(json.dumps(as_json(held, steps)))
    else:
        click.echo("\n".join(record(held, steps)))


@command.command(name="release")
@click.argument("name")
@_RECIPIENT
@_BY
@_WHY
@click.pass_obj
def release(context: Context, name: str, recipient: int, by: str | None, why: str) -> int:
    """Send a message to its recipients as they were written.

    A running `missent serve` sends it within a second. The exit code is 1 where nothing was
    changed, as all was decided before.

    Example: missent held release 4f2a90c1d7e8b365 --recipient 2
    """
    from missent.hold.machine import Choice  # noqa: PLC0415  `--help` needs none

    return _decide(context, name, recipient, Choice.SEND, by=by, why=why)


@command.command(name="redirect")
@click.argument("name")
@click.argument("address")
@_RECIPIENT
@_BY
@_WHY
@click.pass_obj
def redirect(  # noqa: PLR0917  click passes each by its name
    context: Context, name: str, address: str, recipient: int, by: str | None, why: str
) -> int:
    """Send a message to ADDRESS instead; the slip is remembered.

    Example: missent held redirect 4f2a90c1d7e8b365 gen@army.mil
    """
    from missent.core.address import Address  # noqa: PLC0415  `--help` needs none
    from missent.core.errors import AddressError  # noqa: PLC0415  likewise
    from missent.hold.machine import Choice  # noqa: PLC0415  likewise

    try:
        meant = str(Address.parse(address))
    except AddressError as error:
        raise click.BadParameter(str(error), param_hint="ADDRESS") from None
    return _decide(context, name, recipient, Choice.INSTEAD, by=by, why=why, meant=meant)


@command.command(name="discard")
@click.argument("name")
@_RECIPIENT
@_BY
@_WHY
@click.pass_obj
def discard(context: Context, name: str, recipient: int, by: str | None, why: str) -> int:
    """Throw a message away for its recipients.

    Example: missent held discard 4f2a90c1d7e8b365 --why "asked by phone"
    """
    from missent.hold.machine import Choice  # noqa: PLC0415  `--help` needs none

    return _decide(context, name, recipient, Choice.DISCARD, by=by, why=why)


def _decide(
    context: Context,
    name: str,
    number: int,
    choice: Choice,
    *,
    by: str | None,
    why: str,
    meant: str = "",
) -> int:
    from missent.hold.interface import Pick  # noqa: PLC0415  `--help` needs none
    from missent.hold.machine import Refused, State, Way  # noqa: PLC0415  likewise

    who = by or getpass.getuser()

    async def decide(store: HoldStore) -> list[tuple[int, State | Refused | None]]:
        held = await _named(store, name)
        numbers = [number] if number else [
            one.number for one in held.recipients if one.state is State.HELD
        ]  # fmt: skip
        if number and number > len(held.recipients):
            raise click.BadParameter(f"{name} has {len(held.recipients)} recipients")
        now = int(time.time())
        picks = [Pick(name, n, choice, Way.REVIEWER, who, now, meant, why) for n in numbers]
        return [(pick.recipient, await store.choose(pick)) for pick in picks]

    done = _with_store(context, decide)
    for recipient, found in done:
        told = found.value if isinstance(found, State) else f"not changed ({found})"
        click.echo(f"{name} recipient {recipient}: {told}")
    if not done:
        click.echo(f"{name}: nothing of it waits any more", err=True)
    return 0 if any(isinstance(found, State) for _, found in done) else FINDINGS


async def _named(store: HoldStore, name: str) -> Held:
    held = await store.message(name)
    if held is None:
        raise click.BadParameter(f"no message {name!r} is kept; see missent held list --all")
    return held


def _with_store(context: Context, ask: Callable[[HoldStore], Coroutine[Any, Any, Any]]) -> Any:
    from missent.app.remember import open_store  # noqa: PLC0415  slow to import
    from missent.hold.sql.store import SqlHold  # noqa: PLC0415  likewise

    settings = context.settings()

    async def run() -> Any:
        store = await open_store(settings)
        try:
            return await ask(SqlHold(store))
        finally:
            await store.close()

    with context.blamed():
        return asyncio.run(run())
