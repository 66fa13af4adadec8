"""`missent` itself: its options, and its commands, each loaded when it is asked for."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from missent._version import __version__
from missent.cli.parts import Parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missent.guard import Guard
    from missent.settings import Settings

VARIABLE = "MISSENT_CONFIG"
PLACES = (Path("missent.toml"), Path("/etc/missent/missent.toml"))


@dataclass(frozen=True, slots=True)
class Context:
    """What every command can ask for, made only when it does.

    Attributes:
        named: the file named by `--config`.
    """

    named: Path | None

    @property
    def file(self) -> Path | None:
        """The file to be read: `--config`, `$MISSENT_CONFIG`, or the first there is of `PLACES`."""
        if self.named:
            return self.named
        if os.environ.get(VARIABLE):
            return Path(os.environ[VARIABLE])
        return next((place for place in PLACES if _is_there(place)), None)

    def settings(self) -> Settings:
        """The settings of that file; the defaults where there is none."""
        from missent import settings  # noqa: PLC0415  pydantic is slow to import

        return settings.load(self.file) if self.file else settings.Settings()

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Let a fault that shows only when the settings are used be told with the file."""
        from missent.core.errors import ConfigError  # noqa: PLC0415  `--help` needs none

        try:
            yield
        except ConfigError as error:
            raise ConfigError(f"{self.file}: {error}" if self.file else str(error)) from None

    def guard(self) -> Guard:
        """A guard with these settings; where there is no file, pydantic is never imported."""
        from missent.guard import Guard  # noqa: PLC0415  `missent --version` needs none

        return Guard(self.settings() if self.file else None)


def _is_there(place: Path) -> bool:
    """Whether a file is there; one that may not be looked at is, so that reading it tells."""
    try:
        return place.is_file()
    except PermissionError:
        return True


class Commands(Parts):
    """The commands, by name and module."""

    modules = {  # noqa: RUF012  as `Parts` says
        "audit": "missent.cli.audit",
        "check": "missent.cli.check",
        "config": "missent.cli.config",
        "contact": "missent.cli.contact",
        "decisions": "missent.cli.decisions",
        "dnslog": "missent.cli.dnslog",
        "doctor": "missent.cli.doctor",
        "exposure": "missent.cli.exposure",
        "explain": "missent.cli.explain",
        "export": "missent.cli.export",
        "feed": "missent.cli.feed",
        "forget": "missent.cli.forget",
        "held": "missent.cli.held",
        "hold": "missent.cli.hold",
        "learn": "missent.cli.learn",
        "milter": "missent.cli.milter",
        "replay": "missent.cli.replay",
        "sample": "missent.cli.sample",
        "serve": "missent.cli.serve",
        "sinkhole": "missent.cli.sinkhole",
        "token": "missent.cli.token",
        "trail": "missent.cli.trail",
        "user": "missent.cli.user",
        "zone": "missent.cli.zone",
    }

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is asked for, or else an error that names the nearest."""
        if args[0] not in self.modules:
            from difflib import get_close_matches  # noqa: PLC0415  slow, for a fault only

            near = get_close_matches(args[0], self.modules, n=1)
            mend = f"did you mean {near[0]}?" if near else "see missent --help"
            raise click.UsageError(f"there is no command {args[0]!r}; {mend}", ctx)
        return super().resolve_command(ctx, args)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="missent %(version)s")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The configuration; otherwise $MISSENT_CONFIG, ./missent.toml, /etc/missent/missent.toml.",
)
@click.pass_context
def cli(ctx: click.Context, config: Path | None) -> None:
    """Keep e-mail from going to the wrong place.

    \b
    Example:
      missent check james.mcconville@army.ml
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    ctx.obj = Context(config)
