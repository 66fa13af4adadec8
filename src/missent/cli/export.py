"""`missent export`: all that is kept, as JSON."""

from __future__ import annotations

import json
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING

import click

from missent.cli import shell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from missent.cli.root import Context
    from missent.core.finding import Json
    from missent.hold.held import Held
    from missent.memory.sql.store import SqlStore


@click.command(name="export")
@click.argument("address", required=False)
@click.pass_obj
def command(context: Context, address: str | None) -> None:
    """Print what the store keeps, of one ADDRESS or of all.

    It is printed as JSON, one object a line. The field `kind` says what an object is: contact,
    correction, decision, attempt, exception, tally, domain_facts or held. Moments are UTC. Of held
    mail the envelope and what happened to it are printed; no subject and no text is, of any mail.
    That it was exported, and by whom, stands in the trail.

    \b
    Examples:
      missent export > missent.ndjson
      missent export eve@partner.example
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.core.address import Address  # noqa: PLC0415  `--help` needs none
    from missent.core.errors import AddressError  # noqa: PLC0415  likewise

    key = None
    if address is not None:
        try:
            key = Address.parse(address, lenient=True).key
        except AddressError as error:
            raise click.BadParameter(str(error), param_hint="ADDRESS") from None
    shell.with_store(context, lambda store: _export(store, key))


async def _export(store: SqlStore, key: str | None) -> None:
    from missent.hold import plain  # noqa: PLC0415  `--help` needs none
    from missent.hold.listing import through  # noqa: PLC0415  likewise
    from missent.hold.sql.store import SqlHold  # noqa: PLC0415  slow to import

    hold = SqlHold(store)
    told = "all of it" if key is None else "what names one address; which one is kept nowhere"
    await shell.noted(store, "export store", detail=told)

    def show(row: Mapping[str, Json]) -> None:
        sys.stdout.write(json.dumps(row, ensure_ascii=True) + "\n")

    async def show_held(held: Held) -> None:
        show({"kind": "held", **plain.of(held, await hold.steps(held.name))})

    async with aclosing(store.export(key)) as rows:
        async for row in rows:
            show(row)
    if key is None:
        async for held in through(hold, every=True):
            await show_held(held)
    else:
        for held in await hold.naming(key):
            await show_held(held)
    sys.stdout.flush()
