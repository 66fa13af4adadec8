"""What `missent audit` says: of its sources on standard error, and what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from missent.cli.text import printable, remark

if TYPE_CHECKING:
    from missent.audit.events.read import Dataset
    from missent.audit.leaks.leak import Audit
    from missent.audit.leaks.show.names import Names

FEW = 5  # examples


def sources(dataset: Dataset, names: Names) -> None:
    """Tell what was read, and what could not be."""
    from missent.audit.page.frame import counted  # noqa: PLC0415  `--help` needs none

    if dataset.again:
        remark(f"read before, and not changed since: {dataset.folder}")
    for source in dataset.sources[: None if len(dataset.sources) <= FEW else FEW]:
        read = f"{counted(source.lines, 'line')}, {counted(source.events, 'event')}"
        remark(f"{source.name}: {source.format}, {read}")
    if len(dataset.sources) > FEW:
        remark(f"and {len(dataset.sources) - FEW:,} more sources")
    for source in dataset.sources:
        if source.unknown:
            remark(f"{source.name}: columns not known: {', '.join(source.unknown)}")
        if source.broken:
            remark(f"{source.name}: read only in part: {source.broken}")
        if source.tally.skipped:
            samples = source.tally.samples[:FEW] if names.are_whole else []
            which = "the first:" if samples else "pseudonymised, none of them is shown"
            remark(
                f"{source.name}: {counted(source.tally.skipped, 'line')} could not be read; {which}"
            )
            for sample in samples:
                remark(f"  {sample.reason}")


def show(audit: Audit, names: Names, form: str, most: int) -> None:
    """Print what was found."""
    from missent.audit.leaks.show import as_json, as_text  # noqa: PLC0415  only here

    if form == "json":
        click.echo(as_json.whole(audit, names))
    elif form == "csv":
        for line in as_json.table(audit, names):
            click.echo(line)
    else:
        for line in as_text.lines(audit, names, most):
            click.echo(printable(line))
