"""`missent sinkhole key`: make the key that signs reports."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def key(file: Path) -> None:
    """Make a key in FILE that signs reports; print its public half.

    The public half is for those who check them. Only the owner of FILE can read it; name it as
    sinkhole.signing_key. An existing file is left as it is.

    \b
    Example:
      missent sinkhole key /etc/missent/sinkhole.pem > sinkhole.pub
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.report.owner.signing import make_key  # noqa: PLC0415  `--help` needs none

    click.echo(make_key(file))
