"""One file per command."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress

FINDINGS = 1
USAGE = 2
UNDECIDED = 3
INTERRUPTED = 130
BROKEN_PIPE = 141

COMPLETION = "_MISSENT_COMPLETE"  # click's own variable for the completion of shells
_NOT_WRITTEN = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG})
TRACE = "MISSENT_TRACE"  # where it is set, a fault of missent shows where it happened

MEANINGS = {
    0: "nothing was found; all may be sent",
    FINDINGS: "something was found that the policy does not let pass",
    USAGE: "the command line or the configuration cannot be used",
    UNDECIDED: "something could not be decided or written: a text that is no address, a store out"
    " of reach, a full disk",
    INTERRUPTED: "interrupted from the keyboard",
    BROKEN_PIPE: "whoever read the output has had enough",
}


def main() -> None:
    """Run `missent`; the exit codes are those of docs/reference/exit-codes.md."""
    _open_closed()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # what the terminal's letters lack
    try:
        code = _run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        _silence()  # whoever read us has had enough
        code = BROKEN_PIPE
    except OSError as error:
        _silence()
        code = _failed(told(error))
    except Exception as error:  # the code of Python itself would say that something was found
        if os.environ.get(TRACE):
            raise
        fault = f"{type(error).__name__}: {error}; this is a fault of missent, please report it"
        code = _failed(f"{fault} with what it prints where {TRACE}=1 is set")
    sys.exit(code)


def _open_closed() -> None:
    """Lead what was closed by the caller nowhere: else a file opened later would take its place."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115  as Python opens it
    sys.stdout = sys.stdout or open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115


def _silence() -> None:
    """Keep the interpreter from complaining when it flushes what could not be written."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def told(error: OSError) -> str:
    """What went wrong with which file, for people."""
    if error.filename is not None:
        return f"{os.fsdecode(error.filename)}: {error.strerror}"
    if error.errno in _NOT_WRITTEN:
        return f"the output could not be written: {error.strerror}"
    return str(error)


def _failed(reason: str) -> int:
    with suppress(OSError):
        sys.stderr.write(f"Error: {reason}\n")
        sys.stderr.flush()
    return UNDECIDED


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
