"""`missent config`: is the configuration right, and what does it say?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from missent.cli.root import Context


@click.group(name="config")
def command() -> None:
    """Look at the configuration.

    \b
    Examples:
      missent --config missent.toml config check
      missent config show
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"


@command.command()
@click.pass_obj
def check(context: Context) -> None:
    """Say whether the configuration can be used, and what is wrong.

    Example: missent --config missent.toml config check
    """
    from missent.app import (  # noqa: PLC0415  `--help` needs none
        build,
        gates,
        hold,
        remember,
        reports,
        sinkhole,
        web,
    )

    settings = context.settings()
    with context.blamed():
        build(settings)
        remember.examine(settings)
        gates.relay(settings)
        gates.milter(settings)
        hold.options(settings)
        if settings.sinkhole is not None:
            sinkhole.options(settings)
            reports.key(settings)
        web.options(settings)
    click.echo(f"{context.file}: good" if context.file else "no file found: the defaults hold")


@command.command()
@click.pass_obj
def show(context: Context) -> None:
    """Print every setting with its value, as a configuration file.

    Example: missent config show > all.toml
    """
    from missent.report.as_toml import dumps  # noqa: PLC0415  `--help` needs none

    click.echo(dumps(context.settings().model_dump()), nl=False)


@command.command()
def schema() -> None:
    """Print the JSON Schema of the configuration, for editors.

    Example: missent config schema > missent.schema.json
    """
    from missent.settings import Settings  # noqa: PLC0415  pydantic is slow to import

    click.echo(json.dumps(Settings.model_json_schema(), indent=2))
