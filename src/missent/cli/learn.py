"""`missent learn`: who writes to whom, from the mail that there is."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from missent.audit.sources.detect import READERS
from missent.cli import UNDECIDED
from missent.cli.blame import blaming
from missent.cli.piped import kept
from missent.cli.progress import bars
from missent.cli.text import printable, remark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missent.audit.learn import Learned
    from missent.cli.root import Context
    from missent.settings import Settings

_FEW = 5  # of what could not be read
_DAY = 86_400


@click.command(name="learn")
@click.argument(
    "sources",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, allow_dash=True, path_type=Path),
    metavar="SOURCE...",
)
@click.option(
    "--read-as",
    type=click.Choice(list(READERS)),
    help="The format of the sources; otherwise told by their content.",
)
@click.pass_obj
def command(context: Context, sources: tuple[Path, ...], read_as: str | None) -> int:
    """Learn from past mail who writes to whom, for the store.

    A source is an mbox, a Maildir, a folder of mail, a Postfix log or message events as JSON Lines,
    compressed or not; - is standard input. Each recipient of a message counts once, whatever it is
    read from: it may be broken off and begun again, and the same mail learned again changes
    nothing. The exit code is 0, or 3 when nothing in some source could be read, or it breaks off.

    \b
    Examples:
      missent learn /var/mail/ann ~/Maildir
      missent --config /etc/missent/missent.toml learn /var/log/mail.log*
      missent learn --read-as postfix relay.txt
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    settings = context.settings()
    if not settings.organisation.domains:
        remark(
            "organisation.domains is not set: who of them is ours is not known, so every message"
            " counts as sent by its sender and as received by its recipients"
        )
    with blaming("SOURCE"), context.blamed(), kept(sources) as paths:
        found = asyncio.run(_learn(settings, list(paths), read_as))
        for one in found:
            _summary(one, paths[one.path])
    return UNDECIDED if any(o.tally.is_lost or o.tally.ends_early for o in found) else 0


async def _learn(
    settings: Settings, sources: Sequence[Path], read_as: str | None
) -> Sequence[Learned]:
    from missent.app.remember import open_store  # noqa: PLC0415  slow to import
    from missent.audit.learn import LearnOptions, learn  # noqa: PLC0415  likewise

    now = int(time.time())
    options = LearnOptions(
        frozenset(settings.organisation.domains),
        read_as,
        now - settings.store.retention_days * _DAY,
        now,
    )
    store = await open_store(settings, make=True)
    try:
        with bars() as progress:
            read_before: dict[Path, int] = {}

            def tell(source: Learned) -> None:
                read_before[source.path] = source.tally.octets
                progress("octets read", sum(read_before.values()), 0)

            return await learn(sources, store, options, tell)
    finally:
        await store.close()


def _summary(one: Learned, path: Path) -> None:
    tally = one.tally
    click.echo(
        f"{printable(str(path))}: {one.format}, {tally.events:,} messages;"
        f" {one.new:,} of {one.lessons:,} uses of contacts are new, {one.bounces:,} bounces"
    )
    if one.old:
        remark(f"  {one.old:,} messages are older than store.retention_days: passed over")
    if one.foreign:
        remark(f"  {one.foreign:,} messages were neither from nor to organisation.domains")
    if tally.unsent:
        remark(f"  {tally.unsent:,} drafts were passed over: nobody got them")
    if tally.future:
        remark(f"  {tally.future:,} messages are dated in the future: taken as of now")
    if tally.ends_early:
        remark(f"  it breaks off; what came before was learned. {tally.ends_early}")
    if tally.skipped or tally.no_address:
        remark(
            f"  {tally.skipped:,} lines or messages and {tally.no_address:,} addresses could not"
            " be read; the first:"
        )
        for sample in tally.samples[:_FEW]:
            remark(f"    {sample.where}: {sample.reason}")
