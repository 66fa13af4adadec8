"""Faults in what a command was given to read, told with the argument's name."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from missent.cli import told

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def blaming(argument: str, *more: type[Exception]) -> Iterator[None]:
    """Tell what cannot be read while the block runs; a fault of the settings is none of these.

    Args:
        argument: as the command's usage names it, such as "SOURCE".
        more: what else its readers raise.
    """
    from missent.core.errors import ConfigError  # noqa: PLC0415  `--help` needs none

    faults: tuple[type[Exception], ...] = (ValueError, *more)
    try:
        yield
    except ConfigError:
        raise
    except OSError as error:
        raise click.BadParameter(told(error), param_hint=argument) from None
    except faults as error:
        raise click.BadParameter(str(error), param_hint=argument) from None
