"""`--format`, as every command has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., object]")


def form(*forms: str, told: str | None = None) -> Callable[[F], F]:
    """The option, which a command gets as `form`.

    Args:
        forms: what it may be, the default first.
        told: its help, where the names do not say it.
    """
    return click.option(
        "--format",
        "form",
        type=click.Choice(forms),
        default=forms[0],
        show_default=True,
        help=told,
    )
