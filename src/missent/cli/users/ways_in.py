"""`missent user passwd`, `totp`, `unlock` and `link`: how an account signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from missent.cli import shell
from missent.cli.users.asking import local, new_password, with_accounts

if TYPE_CHECKING:
    from missent.cli.root import Context


@click.command(name="passwd")
@click.argument("name")
@click.pass_obj
def passwd(context: Context, name: str) -> int:
    """Change the password of NAME, and end every session of NAME.

    The password is asked for.

    Example: missent user passwd carol
    """
    local(context, name)
    hashed = new_password(name)
    with_accounts(context, lambda accounts: accounts.set_password(name, hashed, shell.me()))
    click.echo(f"{name}: the password is changed, and every session ended")
    return 0


@click.command(name="totp")
@click.argument("name")
@click.option("--off", is_flag=True, help="Ask for no codes any more.")
@click.pass_obj
def totp(context: Context, name: str, off: bool) -> int:
    """Ask NAME for a one-time code besides the password.

    With --off none is asked for any more. The key for an authenticator and ten recovery codes are
    printed, once; an earlier key and earlier codes are void. Clear the screen afterwards.

    Example: missent user totp carol
    """
    from missent.web.signin import codes  # noqa: PLC0415  slow to import

    local(context, name)
    key = "" if off else codes.new_key()
    shown, digests = ([], []) if off else codes.new_recovery()
    with_accounts(context, lambda accounts: accounts.set_totp(name, key, digests, shell.me()))
    if off:
        click.echo(f"{name}: is asked for no codes")
        return 0
    click.echo(f"Key:  {key}")
    click.echo(f"URI:  {codes.uri(key, name, 'missent')}")
    click.echo("Recovery codes, each for once:")
    for code in shown:
        click.echo(f"  {code}")
    return 0


@click.command(name="unlock")
@click.argument("name")
@click.pass_obj
def unlock(context: Context, name: str) -> int:
    """Forget the wrong guesses at NAME.

    Then nobody has to wait for them.

    Example: missent user unlock carol
    """
    from missent.web.signin import guesses  # noqa: PLC0415  slow to import
    from missent.web.sql.guesses import SqlGuesses  # noqa: PLC0415  likewise

    buckets = [guesses.account(name), *guesses.code(name, "")]
    local(context, name)
    shell.with_store(context, lambda store: SqlGuesses(store).clear(buckets))
    click.echo(f"{name}: wrong guesses are forgotten")
    return 0


@click.command(name="link")
@click.argument("name")
@click.pass_obj
def link(context: Context, name: str) -> int:
    """Print a link that signs NAME in, once, within ten minutes.

    It is for who has lost the password.

    Example: missent user link admin
    """
    from missent.web.signin import first  # noqa: PLC0415  slow to import

    local(context, name)
    web = context.settings().web
    if web is None:
        raise click.UsageError("there is no console: add [web] to the configuration")
    url = web.url.rstrip("/")
    click.echo(shell.with_store(context, lambda store: first.link(store, url, name, shell.me())))
    return 0
