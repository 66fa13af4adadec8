"""`missent user`: who may sign in to the console."""

from __future__ import annotations

import asyncio
import getpass
import json
import sys
from typing import TYPE_CHECKING

import click

from missent.cli.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from missent.cli.root import Context
    from missent.memory.sql.store import SqlStore
    from missent.web.sql.accounts import Account, SqlAccounts

_NAME = r"[a-z0-9][a-z0-9._-]{0,63}"
_ROLES = click.Choice(["viewer", "reviewer", "administrator"])
_FIRST_LINE = 4096  # characters of standard input


def _name(_context: click.Context, _option: click.Parameter, given: str) -> str:
    import re  # noqa: PLC0415  `--help` needs none

    if not re.fullmatch(_NAME, given.lower()):
        raise click.BadParameter(
            f"{given!r} is no name: up to 64 letters (a-z), digits, '.', '-' and '_'"
        )
    return given.lower()


_NEW_NAME = click.argument("name", callback=_name)


@click.group(name="user")
def command() -> None:
    """Say who may sign in to the console.

    Passwords are asked for, or read from the first line of standard input; never from the command
    line, which others on the machine can see. Every change is recorded in the trail.

    \b
    Examples:
      missent user add carol --role reviewer
      missent user list
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.app.places import need  # noqa: PLC0415  `--help` needs none

    need("web", "argon2", "pyotp", "starlette")


@command.command(name="add")
@_NEW_NAME
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

    hashed = _new_password(name)

    def change(accounts: SqlAccounts) -> Coroutine[Any, Any, bool]:
        return accounts.add(Account(name, role, password=hashed), _me())

    if not _with_accounts(context, change):
        raise click.UsageError(f"there is a user {name!r}; see missent user passwd and role")
    click.echo(f"{name}: may sign in as {role}")
    return 0


@command.command(name="list")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.pass_obj
def list_(context: Context, form: str) -> None:
    """List the accounts, those from a provider as well; --format json prints one a line.

    Example: missent user list --format json
    """
    found = _with_accounts(context, lambda accounts: accounts.all())
    for one in found:
        click.echo(json.dumps(_as_json(one)) if form == "json" else _line(one))
    if not found and form == "text":
        click.echo(
            "there is no user; add one: missent user add admin --role administrator", err=True
        )


@command.command(name="passwd")
@click.argument("name")
@click.pass_obj
def passwd(context: Context, name: str) -> int:
    """Change the password of NAME, which is asked for; every session of NAME ends.

    Example: missent user passwd carol
    """
    _local(context, name)
    hashed = _new_password(name)
    _with_accounts(context, lambda accounts: accounts.set_password(name, hashed, _me()))
    click.echo(f"{name}: the password is changed, and every session ended")
    return 0


@command.command(name="role")
@click.argument("name")
@click.argument("role", type=_ROLES)
@click.pass_obj
def role(context: Context, name: str, role: str) -> int:
    """Change what NAME may do, at once.

    The role of somebody from a provider is read there at each sign-in, and changes then.

    Example: missent user role carol administrator
    """
    done = _with_accounts(context, lambda accounts: accounts.set_role(name, role, _me()))
    return _told(name, f"may do what a {role} may", done=done)


@command.command(name="remove")
@click.argument("name")
@click.pass_obj
def remove(context: Context, name: str) -> int:
    """Take the account NAME away; every session of NAME ends.

    Example: missent user remove carol
    """
    done = _with_accounts(context, lambda accounts: accounts.remove(name, _me()))
    return _told(name, "is removed", done=done)


@command.command(name="totp")
@click.argument("name")
@click.option("--off", is_flag=True, help="Ask for no codes any more.")
@click.pass_obj
def totp(context: Context, name: str, off: bool) -> int:
    """Ask NAME for a one-time code besides the password, or no longer (--off).

    The key for an authenticator and ten recovery codes are printed, once; an earlier key and
    earlier codes are void. Clear the screen afterwards.

    Example: missent user totp carol
    """
    from missent.web.signin import codes  # noqa: PLC0415  slow to import

    _local(context, name)
    key = "" if off else codes.new_key()
    shown, digests = ([], []) if off else codes.new_recovery()
    _with_accounts(context, lambda accounts: accounts.set_totp(name, key, digests, _me()))
    if off:
        return _told(name, "is asked for no codes", done=True)
    click.echo(f"Key:  {key}")
    click.echo(f"URI:  {codes.uri(key, name, 'missent')}")
    click.echo("Recovery codes, each for once:")
    for code in shown:
        click.echo(f"  {code}")
    return 0


@command.command(name="unlock")
@click.argument("name")
@click.pass_obj
def unlock(context: Context, name: str) -> int:
    """Forget the wrong guesses at NAME, so that nobody has to wait for them.

    Example: missent user unlock carol
    """
    from missent.web.signin import guesses  # noqa: PLC0415  slow to import
    from missent.web.sql.guesses import SqlGuesses  # noqa: PLC0415  likewise

    buckets = [guesses.account(name), *guesses.code(name, "")]
    _local(context, name)
    _with_store(context, lambda store: SqlGuesses(store).clear(buckets))
    click.echo(f"{name}: wrong guesses are forgotten")
    return 0


@command.command(name="link")
@click.argument("name")
@click.pass_obj
def link(context: Context, name: str) -> int:
    """Print a link that signs NAME in, once, within ten minutes: for who has lost the password.

    Example: missent user link admin
    """
    from missent.web.signin import first  # noqa: PLC0415  slow to import

    _local(context, name)
    web = context.settings().web
    if web is None:
        raise click.UsageError("there is no console: add [web] to the configuration")
    url = web.url.rstrip("/")
    click.echo(_with_store(context, lambda store: first.link(store, url, name, _me())))
    return 0


def _new_password(name: str) -> str:
    from missent.web.signin import passwords  # noqa: PLC0415  slow to import

    if sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline(_FIRST_LINE).rstrip("\r\n")
    if fault := passwords.unfit(password, name):
        raise click.UsageError(f"that is no password to take: {fault}")
    return passwords.hashed(password)


def _local(context: Context, name: str) -> None:
    found = _with_accounts(context, lambda accounts: accounts.find(name))
    if found is None:
        raise click.BadParameter(f"there is no user {name!r}; see missent user list")
    if found.source:
        raise click.BadParameter(f"{name} signs in at {found.source}: change it there")


def _told(name: str, what: str, *, done: bool) -> int:
    if not done:
        raise click.BadParameter(f"there is no user {name!r}; see missent user list")
    click.echo(f"{name}: {what}")
    return 0


def _me() -> str:
    return f"{getpass.getuser()} (shell)"


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


def _with_accounts(context: Context, ask: Callable[[SqlAccounts], Coroutine[Any, Any, Any]]) -> Any:
    from missent.web.sql.accounts import SqlAccounts  # noqa: PLC0415  slow to import

    return _with_store(context, lambda store: ask(SqlAccounts(store)))


def _with_store(context: Context, ask: Callable[[SqlStore], Coroutine[Any, Any, Any]]) -> Any:
    from missent.app.remember import open_store  # noqa: PLC0415  slow to import
    from missent.report import log  # noqa: PLC0415  likewise

    settings = context.settings()
    log.configure(settings.log.format, "warning")

    async def run() -> Any:
        store = await open_store(settings)
        try:
            return await ask(store)
        finally:
            await store.close()

    with context.blamed():
        return asyncio.run(run())
