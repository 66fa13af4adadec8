"""One file per command."""

from __future__ import annotations

import os
import sys

FINDINGS = 1
USAGE = 2
UNDECIDED = 3
INTERRUPTED = 130
BROKEN_PIPE = 141

COMPLETION = "_MISSENT_COMPLETE"  # click's own variable for the completion of shells

MEANINGS = {
    0: "nothing was found; all may be sent",
    FINDINGS: "something was found that the policy does not let pass",
    USAGE: "the command line or the configuration cannot be used",
    UNDECIDED: "something could not be decided: a text that is no address, a store out of reach",
    INTERRUPTED: "interrupted from the keyboard",
    BROKEN_PIPE: "whoever read the output has had enough",
}


def main() -> None:
    """Run `missent`; the exit codes are those of docs/reference/exit-codes.md."""
    try:
        sys.exit(_run())
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has had enough; the interpreter must not complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = BROKEN_PIPE
    sys.exit(code)


def _run() -> int:
    import click  # noqa: PLC0415  KeyboardInterrupt is to be quiet from here on

    from missent.cli.root import cli  # noqa: PLC0415  likewise
    from missent.core.errors import ConfigError, StoreError  # noqa: PLC0415  likewise

    if COMPLETION in os.environ:
        cli.main(prog_name="missent")
    try:
        # Not `cli.main`: it prints a line for ^C, and gives a closed pipe the code of a finding.
        with cli.make_context("missent", sys.argv[1:]) as context:
            return int(cli.invoke(context) or 0)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return USAGE
    except click.Abort as error:
        raise KeyboardInterrupt from error
    except (ConfigError, StoreError) as error:
        click.echo(f"Error: {error}", err=True)
        return USAGE if isinstance(error, ConfigError) else UNDECIDED
