"""What the commands below `missent user` ask: the store, and for a new password."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

import click

from missent.cli import shell

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from missent.cli.root import Context
    from missent.web.sql.accounts import SqlAccounts

T = TypeVar("T")
_FIRST_LINE = 4096  # characters of standard input


def new_password(name: str) -> str:
    """The hash of a password that is asked for, or read from standard input."""
    from missent.web.signin import passwords  # noqa: PLC0415  slow to import

    if sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline(_FIRST_LINE).rstrip("\r\n")
    if fault := passwords.unfit(password, name):
        raise click.UsageError(f"that is no password to take: {fault}")
    return passwords.hashed(password)


def local(context: Context, name: str) -> None:
    """Refuse a name that is no account, or somebody's from a provider."""
    found = with_accounts(context, lambda accounts: accounts.find(name))
    if found is None:
        raise click.BadParameter(f"there is no user {name!r}; see missent user list")
    if found.source:
        raise click.BadParameter(f"{name} signs in at {found.source}: change it there")


def with_accounts(
    context: Context, ask: Callable[[SqlAccounts], Coroutine[Any, Any, T]], *, make: bool = False
) -> T:
    """Ask the accounts of the store; `make` as `shell.with_store` has it."""
    from missent.web.sql.accounts import SqlAccounts  # noqa: PLC0415  slow to import

    return shell.with_store(context, lambda store: ask(SqlAccounts(store)), make=make)
