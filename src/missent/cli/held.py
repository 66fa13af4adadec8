"""`missent held`: held messages, for reviewers and administrators."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import click

from missent.cli import FINDINGS, shell
from missent.cli.form import form
from missent.cli.held_text import line, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.cli.root import Context
    from missent.hold.held import Held, Step
    from missent.hold.interface import HoldStore
    from missent.hold.machine import Choice, Refused, State
    from missent.memory.sql.store import SqlStore

_BY = click.option("--by", default=None, metavar="NAME", help="Who decides; otherwise you.")
_WHY = click.option("--why", default="", metavar="TEXT", help="The reason, for the record.")
_RECIPIENT = click.option(
    "--recipient",
    "-r",
    type=click.IntRange(min=1),
    metavar="N",
    help="One recipient by its number.",
)


@click.group(name="held")
def command() -> None:
    """Look at held messages, and decide about them. Every choice is recorded in the trail.

    \b
    Examples:
      missent held list
      missent held release 4f2a90c1d7e8b365 --why "called her"
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"


@command.command(name="list")
@click.option("--all", "every", is_flag=True, help="Also those that were decided about.")
@form("text", "json", told="For people, or one JSON object a line.")
@click.pass_obj
def list_(context: Context, every: bool, form: str) -> None:
    """List the messages that wait, the oldest first.

    Example: missent held list --format json
    """
    from missent.hold import plain  # noqa: PLC0415  `--help` needs none
    from missent.hold.listing import through  # noqa: PLC0415  likewise
    from missent.hold.sql.store import SqlHold  # noqa: PLC0415  slow to import

    async def show_all(store: SqlStore) -> int:
        count = 0
        async for held in through(SqlHold(store), every=every):
            click.echo(json.dumps(plain.of(held)) if form == "json" else line(held))
            count += 1
        return count

    if not shell.with_store(context, show_all) and form == "text":
        click.echo("nothing is held", err=True)


@command.command(name="show")
@click.argument("name")
@form("text", "json")
@click.pass_obj
def show(context: Context, name: str, form: str) -> None:
    """Show a message's envelope, why it is held, what happened.

    Its content is never shown.

    Example: missent held show 4f2a90c1d7e8b365
    """
    from missent.hold import plain  # noqa: PLC0415  `--help` needs none
    from missent.hold.sql.store import SqlHold  # noqa: PLC0415  slow to import

    async def both(store: SqlStore) -> tuple[Held, Sequence[Step]]:
        hold = SqlHold(store)
        return await _named(hold, name), await hold.steps(name)

    held, steps = shell.with_store(context, both)
    if form == "json":
        click.echo(json.dumps(plain.of(held, steps)))
    else:
        click.echo("\n".join(record(held, steps)))


@command.command(name="release")
@click.argument("name")
@_RECIPIENT
@_BY
@_WHY
@click.pass_obj
def release(context: Context, name: str, recipient: int | None, by: str | None, why: str) -> int:
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
    context: Context, name: str, address: str, recipient: int | None, by: str | None, why: str
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
def discard(context: Context, name: str, recipient: int | None, by: str | None, why: str) -> int:
    """Throw a message away for its recipients.

    Example: missent held discard 4f2a90c1d7e8b365 --why "asked by phone"
    """
    from missent.hold.machine import Choice  # noqa: PLC0415  `--help` needs none

    return _decide(context, name, recipient, Choice.DISCARD, by=by, why=why)


def _decide(
    context: Context,
    name: str,
    number: int | None,
    choice: Choice,
    *,
    by: str | None,
    why: str,
    meant: str = "",
) -> int:
    from missent.hold.held import Pick  # noqa: PLC0415  `--help` needs none
    from missent.hold.machine import State, Way  # noqa: PLC0415  likewise
    from missent.hold.sql.store import SqlHold  # noqa: PLC0415  slow to import
    from missent.web.reviewing import REFUSED, decide  # noqa: PLC0415  likewise
    from missent.web.sql.trail import SqlTrail  # noqa: PLC0415  likewise

    who = by or shell.me()

    async def decided(store: SqlStore) -> list[tuple[int, State | Refused]]:
        hold, trail = SqlHold(store), SqlTrail(store)
        held = await _named(hold, name)
        if number and number > len(held.recipients):
            raise click.BadParameter(
                f"{name} has no recipient {number}, but {len(held.recipients)}"
            )
        now = int(time.time())
        found = []
        for one in held.recipients:
            if one.number == number or (number is None and one.state is State.HELD):
                pick = Pick(name, one.number, choice, Way.REVIEWER, who, now, meant, why)
                state = await decide(trail, shell.me(), pick, one, hold.choose)
                found.append((one.number, state))
        return found

    done = shell.with_store(context, decided)
    for recipient, found in done:
        told = found.value if isinstance(found, State) else REFUSED[found]
        click.echo(f"{name} recipient {recipient}: {told}")
    if not done:
        click.echo(f"{name}: nothing of it waits any more", err=True)
    return 0 if any(isinstance(found, State) for _, found in done) else FINDINGS


async def _named(store: HoldStore, name: str) -> Held:
    held = await store.message(name)
    if held is None:
        raise click.BadParameter(f"no message {name!r} is kept; see missent held list --all")
    return held
