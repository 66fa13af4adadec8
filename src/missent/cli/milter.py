"""`missent milter`: run the gate at Postfix alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from missent.cli.root import Context
    from missent.settings import Settings


@click.command(name="milter")
@click.pass_obj
def command(context: Context) -> int:
    """Run the milter of the section [milter], and no other gate.

    SIGTERM and SIGINT end it when the sessions under way are over; SIGHUP reads the
    configuration anew, and when that fails the old one stays and the log says why. The sockets
    of a systemd socket unit are taken over.

    \b
    Example:
      missent --config /etc/missent/missent.toml milter
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.app import gates, serve  # noqa: PLC0415  slow to import, `--help` needs none
    from missent.core.errors import ConfigError  # noqa: PLC0415  likewise
    from missent.report import log  # noqa: PLC0415  likewise
    from missent.serving.watched import Watched  # noqa: PLC0415  likewise
    from missent.serving.workers import Workers  # noqa: PLC0415  likewise

    def alone() -> Settings:
        return context.settings().model_copy(update={"relay": None})

    settings = alone()
    log.configure(settings.log.format, settings.log.level)
    with context.blamed():
        if settings.milter is None:
            raise ConfigError(
                "the section [milter] is missing; add it, with say "
                'listen = ["unix:/run/missent/milter.sock"]'
            )
        sockets = serve.open_sockets(settings)
        serve.warm(settings)
    workers = Workers(
        gates.workers(settings),
        lambda life: serve.work(alone, sockets, life),
        Watched(lambda: context.settings().policy.feeds),
    )
    return workers.run()
