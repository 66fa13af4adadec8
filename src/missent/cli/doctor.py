"""`missent doctor`: what is wrong between missent and the Postfix beside it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from missent.cli import FINDINGS, UNDECIDED, told
from missent.cli.form import form

if TYPE_CHECKING:
    from missent.cli.root import Context
    from missent.gates.milter.doctor import Advice


@click.command(name="doctor")
@click.option(
    "--postfix",
    "directory",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Postfix's configuration directory; its own where this is not given.",
)
@click.option("--postconf", default="postconf", show_default=True, help="The command to ask.")
@form("text", "json", told="For people, or one JSON array.")
@click.pass_obj
def command(context: Context, directory: Path | None, postconf: str, form: str) -> int:
    """Look whether a Postfix asks missent, and asks it rightly.

    Its configuration is compared with the section [milter], and the milter itself is asked.
    The exit code is 0 when nothing needs mending, 1 when something does, 2 when our own
    configuration cannot be used, and 3 when Postfix's could not be read.

    \b
    Example:
      missent --config /etc/missent/missent.toml doctor --postfix /etc/postfix
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.app import gates  # noqa: PLC0415  slow to import, `--help` needs none
    from missent.core.errors import ConfigError  # noqa: PLC0415  likewise
    from missent.gates.milter import doctor  # noqa: PLC0415  likewise
    from missent.gates.milter import postconf as reading  # noqa: PLC0415  likewise
    from missent.report import as_json  # noqa: PLC0415  likewise

    settings = context.settings()
    with context.blamed():
        own = gates.milter(settings)
        if own is None:
            raise ConfigError("the section [milter] is missing, so there is nothing to compare")
    options, endpoints = own
    try:
        found = reading.read(directory, postconf)
    except (OSError, ValueError) as error:
        reason = f"{told(error)}; name it with --postconf" if isinstance(error, OSError) else error
        click.echo(f"Error: Postfix's configuration cannot be read: {reason}", err=True)
        return UNDECIDED
    enforced = settings.policy.mode == "enforce"
    advice = doctor.examine(found, options, endpoints, enforced=enforced)
    advice += doctor.ask(endpoints)
    if form == "json":
        click.echo(as_json.dumps([asdict(one) for one in advice]))
    else:
        _tell(advice)
    return FINDINGS if any(one.severity != "hint" for one in advice) else 0


def _tell(advice: list[Advice]) -> None:
    for one in advice:
        click.echo(f"{one.severity}: {one.where}: {one.text} [{one.name}]")
        click.echo(f"    {one.mend}")
    if not advice:
        click.echo("nothing to mend")
