"""`missent zone`: what to publish for a lookalike that one owns."""

from __future__ import annotations

import click


@click.command(name="zone")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--sinkhole", default="", metavar="HOST", help="The MX, in place of a null MX.")
@click.option("--reports", default="", metavar="ADDRESS", help="Where DMARC reports go.")
def command(names: tuple[str, ...], sinkhole: str, reports: str) -> None:
    """Print the DNS records of lookalikes that one owns.

    They are lines for a zone file. A null MX, `v=spf1 -all` and DMARC `reject`: nobody can write to
    such a name, and nobody as it. With --sinkhole its mail servers are those of a sinkhole, which
    tells the sender what was meant. With --reports at another organisation's domain, the record
    comes last by which that domain says that it wants them (RFC 7489 7.1): publish it in its zone,
    or have it published there.

    \b
    Examples:
      missent zone examp1e.org
      missent zone army.ml navy.ml --sinkhole sink.registry.example
      missent zone examp1e.org --reports dmarc@example.org
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.report.zone import records  # noqa: PLC0415  `--help` needs none

    for name in names:
        click.echo(records(name, sinkhole, reports), nl=False)
