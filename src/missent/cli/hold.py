"""`missent hold`: what the hold room needs before it runs."""

from __future__ import annotations

from pathlib import Path

import click


@click.group(name="hold")
def command() -> None:
    """Prepare the keeping of held messages.

    Example: missent hold key /etc/missent/hold.key
    """


@command.command(name="key")
@click.argument("file", type=click.Path(path_type=Path))
def key(file: Path) -> None:
    """Make a key FILE for `hold.key_file`, or change the key.

    A new key is put above those that are there. The first key seals and signs from the next start
    or reload on; the others still open what they sealed. An old one may be deleted when nothing is
    held that is older than the new one. Only its owner can read the file: run this as the user that
    missent runs as.

    Example: missent hold key /etc/missent/hold.key
    """
    from missent.hold.keys import write_key  # noqa: PLC0415  `--help` needs none

    write_key(file)
    click.echo(f"{file}: a new key stands in its first line")
