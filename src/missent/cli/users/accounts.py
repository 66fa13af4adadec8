"""`missent user add`, `list`, `role` and `remove`: the accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from missent.cli import shell
from missent.cli.form import form
from missent.cli.text import printable
from missent.cli.users.asking import new_password, with_accounts

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from missent.cli.root import Context
    from missent.web.sql.accounts import Account, SqlAccounts

_ROLES = click.Choice(["viewer", "reviewer", "administrator"])


@click.command(name="add")
@click.argument("name", callback=shell.name)
@click.option("--role", type=_ROLES, default="viewer", show_default=True, help="What it may do.")
@click.pass_obj
def add(context: Context, name: str, role: str) -> int:
    """Make an account NAME, with a password that is asked for.

    A viewer sees; a reviewer also decides about held mail and makes exceptions; an administrator
    also reads the trail.

    \b
    Examples:
      missent user add admin --role administrator
      pass show missent/admin | missent user add admin --role administrator
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.web.sql.accounts import Account  # noqa: PLC0415  slow to import

    name = name.lower()
    hashed = new_password(name)

    def change(accounts: SqlAccounts) -> Coroutine[Any, Any, bool]:
        return accounts.add(Account(name, role, password=hashed), shell.me())

    if not with_accounts(context, change, make=True):
        raise click.UsageError(f"there is a user {name!r}; see missent user passwd and role")
    click.echo(f"{name}: may sign in as {role}")
    return 0


@click.command(name="list")
@form("text", "json", told="For people, or one JSON object a line.")
@click.pass_obj
def list_(context: Context, form: str) -> None:
    """List the accounts, those from a provider as well.

    Example: missent user list --format json
    """
    found = with_accounts(context, lambda accounts: accounts.all())
    none = "there is no user; add one: missent user add admin --role administrator"
    shell.listed(found, form, line=_line, as_json=_as_json, none=none)


@click.command(name="role")
@click.argument("name")
@click.argument("role", type=_ROLES)
@click.pass_obj
def role(context: Context, name: str, role: str) -> int:
    """Change what NAME may do, at once.

    The role of somebody from a provider is read there at each sign-in, and changes then.

    Example: missent user role carol administrator
    """
    done = with_accounts(context, lambda accounts: accounts.set_role(name, role, shell.me()))
    return _told(name, f"may do what a {role} may", done=done)


@click.command(name="remove")
@click.argument("name")
@click.pass_obj
def remove(context: Context, name: str) -> int:
    """Take the account NAME away; every session of NAME ends.

    Example: missent user remove carol
    """
    done = with_accounts(context, lambda accounts: accounts.remove(name, shell.me()))
    return _told(name, "is removed", done=done)


def _told(name: str, what: str, *, done: bool) -> int:
    if not done:
        raise click.BadParameter(f"there is no user {name!r}; see missent user list")
    click.echo(f"{name}: {what}")
    return 0


def _line(one: Account) -> str:
    from missent.memory.sql.export import moment  # noqa: PLC0415  slow to import

    words = [f"{printable(one.name):<24}", f"{one.role:<13}"]
    words.append("code" if one.totp else "    ")
    words.append(moment(one.signed_in) or "never signed in")
    if one.source:
        words.append(printable(one.source))
    return "  ".join(words)


def _as_json(one: Account) -> dict[str, Any]:
    from missent.memory.sql.export import moment  # noqa: PLC0415  slow to import

    return {
        "name": one.name,
        "role": one.role,
        "source": one.source or None,
        "subject": one.subject if one.source else None,
        "totp": bool(one.totp),
        "created": moment(one.created),
        "signed_in": moment(one.signed_in),
    }
