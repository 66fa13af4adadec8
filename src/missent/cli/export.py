"""`missent export`: all that is kept, as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from missent.cli.root import Context
    from missent.settings import Settings


@click.command(name="export")
@click.argument("address", required=False)
@click.pass_obj
def command(context: Context, address: str | None) -> None:
    """Print what the store keeps, one JSON object a line; of one ADDRESS or of all.

    The field `kind` says what an object is: contact, correction, decision, attempt,
    exception, tally, domain_facts or held. Moments are UTC. Of held mail the envelope and what
    happened to it are printed; no subject and no text is, of any mail.

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
    settings = context.settings()
    with context.blamed():
        asyncio.run(_export(settings, key))


async def _export(settings: Settings, key: str | None) -> None:
    from missent.app.remember import open_store  # noqa: PLC0415  slow to import
    from missent.cli.held_text import as_json  # noqa: PLC0415  likewise
    from missent.hold.sql.store import SqlHold  # noqa: PLC0415  likewise

    store = await open_store(settings)
    try:
        async with aclosing(store.export(key)) as rows:
            async for row in rows:
                sys.stdout.write(json.dumps(row, ensure_ascii=True) + "\n")
        hold = SqlHold(store)
        found = await hold.naming(key) if key else await hold.messages(every=True, limit=1 << 31)
        for held in found:
            row = {"kind": "held", **as_json(held, await hold.steps(held.name))}
            sys.stdout.write(json.dumps(row, ensure_ascii=True) + "\n")
        sys.stdout.flush()
    finally:
        await store.close()
