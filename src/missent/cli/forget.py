"""`missent forget`: takes an address out of the memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from missent.cli import shell
from missent.cli.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from missent.cli.root import Context
    from missent.memory.sql.store import SqlStore

_KINDS = {
    "contact": "contacts",
    "correction": "corrections",
    "decision": "decisions",
    "exception": "exceptions",
    "held": "held messages",
    "under way": "held messages still under way",
}


@click.command(name="forget")
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.pass_obj
def command(context: Context, addresses: tuple[str, ...]) -> None:
    """Take away all that is kept of some addresses.

    They go as recipients, as senders and as offers. Running gates follow within seconds. Mail that
    was learned already is not learned again, so the address stays forgotten until somebody writes
    to it anew. The trail tells that an address was forgotten, and by whom, but not which.
    Exceptions in the configuration file are not touched, nor are held messages that are not decided
    about or delivered yet. The exit code is 0, also when nothing was kept.

    Example: missent forget eve@partner.example
    """
    from missent.core.address import Address  # noqa: PLC0415  `--help` needs none
    from missent.core.errors import AddressError  # noqa: PLC0415  likewise

    keys = []
    for text in addresses:
        try:
            keys.append(Address.parse(text, lenient=True).key)
        except AddressError as error:
            raise click.BadParameter(str(error), param_hint="ADDRESS") from None
    found = shell.with_store(context, lambda store: _forget(store, keys))
    for key, rows in zip(keys, found, strict=True):
        told = [f"{count:,} {_KINDS.get(kind, kind)}" for kind, count in rows.items() if count]
        click.echo(f"{printable(key)}: {', '.join(told) or 'nothing was kept'}")


async def _forget(store: SqlStore, keys: Sequence[str]) -> Sequence[Mapping[str, int]]:
    from missent.hold.sql.store import SqlHold  # noqa: PLC0415  slow to import

    found = []
    for key in keys:
        await shell.noted(store, "forget address", detail="which one is kept nowhere")
        gone, waiting = await SqlHold(store).forget(key)
        rows = (await store.forget(key)).rows
        found.append({**rows, "held": gone, "under way": waiting})
    return found
