"""`missent sinkhole notify`: send the report, and record that it was sent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from missent.cli.sinkholes.period import period, wanted

if TYPE_CHECKING:
    from email.message import EmailMessage

    from missent.app.reports import Wanted
    from missent.cli.root import Context
    from missent.memory.refusals import Notice
    from missent.settings import Settings

UNDECIDED = 3


@click.command()
@period
@click.option("--to", "contact", default="", metavar="ADDRESS", help="Instead of looking for one.")
@click.option("--sender", default="", metavar="ORGANISATION", help="Its letter, not the report.")
@click.option("--dry-run", is_flag=True, help="Print the mail, and send and record nothing.")
@click.pass_obj
def notify(  # noqa: PLR0917  click passes each by its name
    context: Context,
    owner: str,
    since: str | None,
    until: str | None,
    days: int,
    contact: str,
    sender: str,
    dry_run: bool,
) -> int:
    """Send the owner's report, or the letter to an organisation.

    It goes by the server of [notice]. The owner's contact is looked for as `missent contact` does.
    What was sent, to whom, and what the server said is recorded: `missent sinkhole history` shows
    it.

    \b
    Examples:
      missent sinkhole notify --for mil --dry-run
      missent sinkhole notify --for mil --to abuse@owner.example
      missent sinkhole notify --sender contractor.example
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    settings = context.settings()
    want = wanted(owner, since, until, days)
    with context.blamed():
        return asyncio.run(_notify(settings, want, contact, sender, dry_run=dry_run))


async def _notify(
    settings: Settings, want: Wanted, contact: str, sender: str, *, dry_run: bool
) -> int:
    from missent.app import reports  # noqa: PLC0415  slow to import, `--help` needs none

    if sender:
        mail, notice = await _letter(settings, want, sender)
    else:
        mail, notice = await _report(settings, want, contact)
    if dry_run:
        click.echo(mail.as_string(), nl=False)
        return 0
    done = await reports.send(settings, mail, notice)
    click.echo(f"{done.outcome}: {done.contact} ({done.found_by}): {done.detail}")
    return 0 if done.outcome == "sent" else UNDECIDED


async def _report(settings: Settings, want: Wanted, contact: str) -> tuple[EmailMessage, Notice]:
    from missent.app import reports  # noqa: PLC0415  slow to import, `--help` needs none
    from missent.memory.refusals import Notice  # noqa: PLC0415  likewise
    from missent.report.contact.fetch import Web  # noqa: PLC0415  likewise
    from missent.report.contact.find import find  # noqa: PLC0415  likewise

    made = await reports.report(settings, want)
    how = "given"
    if not contact:
        async with Web() as web:
            contact, how = (await find(made.owner, web)).contacts[0]
    mail = reports.owner_mail(settings, made, contact)
    return mail, Notice(0, "owner", made.owner, contact, how, made.id, "", "")


async def _letter(settings: Settings, want: Wanted, sender: str) -> tuple[EmailMessage, Notice]:
    from missent.app import reports  # noqa: PLC0415  slow to import, `--help` needs none
    from missent.core.errors import ConfigError  # noqa: PLC0415  likewise
    from missent.memory.refusals import Notice  # noqa: PLC0415  likewise

    found = (await reports.by_sender(settings, want)).get(sender)
    if found is None:
        raise ConfigError(
            f"nothing came from {sender!r} in this period; `missent sinkhole senders` lists them"
        )
    mail = reports.sender_mail(settings, sender, found, want)
    return mail, Notice(0, "sender", sender, str(mail["To"]), "postmaster", "", "", "")
