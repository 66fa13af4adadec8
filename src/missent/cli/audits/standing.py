"""`missent audit --standing`: where mail goes by rules that nobody looks at any more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from missent.cli import FINDINGS
from missent.cli.audits.telling import FEW
from missent.cli.blame import blaming
from missent.cli.text import printable, remark

if TYPE_CHECKING:
    from missent.audit.leaks.options import FindOptions
    from missent.audit.leaks.show.names import Names


def show_standing(sources: tuple[str, ...], options: FindOptions, names: Names, form: str) -> int:
    """Look through them, and print what was found; the exit code."""
    from missent.audit.standing import show  # noqa: PLC0415  `--help` needs none
    from missent.audit.standing.look import look  # noqa: PLC0415  likewise

    with blaming("SOURCE"):
        found = look([Path(name) for name in sources], options)
    for line in show.as_json(found, names) if form == "json" else show.as_text(found, names):
        click.echo(line if form == "json" else printable(line))
    shown = found.unread[:FEW] if names.are_whole else []
    for reason in shown:
        remark(f"passed over: {reason}")
    if len(found.unread) > len(shown):
        remark(f"passed over: {len(found.unread) - len(shown):,}{' more' if shown else ''}")
    return FINDINGS if found.wrong else 0
