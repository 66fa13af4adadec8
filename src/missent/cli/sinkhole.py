"""`missent sinkhole`: refuse mail for lookalike domains, and say what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from missent.cli.parts import Parts

if TYPE_CHECKING:
    from missent.cli.root import Context


class _Commands(Parts):
    modules = {  # noqa: RUF012  as `Parts` says
        "history": "missent.cli.sinkholes.record:history",
        "hold": "missent.cli.sinkholes.hold:hold",
        "key": "missent.cli.sinkholes.key:key",
        "notify": "missent.cli.sinkholes.notify:notify",
        "note": "missent.cli.sinkholes.record:note",
        "release": "missent.cli.sinkholes.hold:release",
        "report": "missent.cli.sinkholes.report:report",
        "senders": "missent.cli.sinkholes.senders:senders",
    }


@click.group(name="sinkhole", cls=_Commands, invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> int:
    """Run the server that turns mail for lookalike domains away.

    Its section is [sinkhole]. It refuses every recipient and reads nothing. Whoever wrote to a
    mistyped domain is told at once which address was meant. No message is taken, nothing is sent
    back; numbers are kept in the store. SIGTERM and SIGINT end it; SIGHUP reads the configuration
    anew, listening places and certificate apart, and when that fails the old one stays and the log
    says why.

    \b
    Examples:
      missent --config /etc/missent/missent.toml sinkhole
      missent sinkhole report --for mil --format text
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    if ctx.invoked_subcommand is not None:
        return 0
    from missent.app import sinkhole  # noqa: PLC0415  slow to import, `--help` needs none
    from missent.report import log  # noqa: PLC0415  likewise
    from missent.serving.workers import Workers  # noqa: PLC0415  likewise

    context: Context = ctx.obj
    settings = context.settings()
    log.configure(settings.log.format, settings.log.level)
    with context.blamed():
        shared = sinkhole.share(settings)
        options = sinkhole.workers(settings)
    return Workers(options, lambda life: sinkhole.work(context.settings, shared, life)).run()
