"""`missent explain`: a check's manual page."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from missent.report import manual

if TYPE_CHECKING:
    from missent.report.manual import Page


@click.command(name="explain")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Explain what a check looks for; without CODE, list the checks.

    Example: missent explain T101
    """
    pages = manual.pages()
    if code is None:
        for page in pages:
            click.echo(f"{page.code}  {page.title}")
        return
    found = next((page for page in pages if page.code == code.upper()), None)
    if found is None:
        known = ", ".join(page.code for page in pages)
        raise click.BadParameter(f"{code!r} is no check; known are {known}", param_hint="CODE")
    _print(found)


def _print(page: Page) -> None:
    if not sys.stdout.isatty():
        click.echo(page.markdown, nl=False)
        return
    from rich.console import Console  # noqa: PLC0415  slow to import, and only for a terminal
    from rich.markdown import Markdown  # noqa: PLC0415  likewise

    Console().print(Markdown(page.markdown))
