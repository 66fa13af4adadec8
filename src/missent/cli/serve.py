"""`missent serve`: run the gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from missent.cli.root import Context


@click.command(name="serve")
@click.pass_obj
def command(context: Context) -> int:
    """Run all that the configuration names: gates, console, watch.

    Where it names nothing to run, it is the relay on 127.0.0.1:2525. SIGTERM and SIGINT end it
    when the conversations under way are over. SIGHUP reads the configuration anew, all but the
    places to listen at; when that fails the old one stays, and the log says why.

    \b
    Examples:
      missent serve
      missent --config /etc/missent/missent.toml serve
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.app import gates, serve  # noqa: PLC0415  slow to import, `--help` needs none
    from missent.report import log  # noqa: PLC0415  likewise
    from missent.serving.watched import Watched  # noqa: PLC0415  likewise
    from missent.serving.workers import Workers  # noqa: PLC0415  likewise

    settings = context.settings()
    log.configure(settings.log.format, settings.log.level)
    with context.blamed():
        sockets = serve.open_sockets(settings)
        serve.warm(settings)
    workers = Workers(
        gates.workers(settings),
        lambda life: serve.work(context.settings, sockets, life),
        Watched(lambda: context.settings().policy.feeds),
    )
    return workers.run()
