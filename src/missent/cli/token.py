"""`missent token`: what programs may ask of the API."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import click

from missent.cli import shell
from missent.cli.form import form
from missent.cli.text import printable
from missent.core.moment import iso

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from missent.cli.root import Context
    from missent.web.sql.tokens import SqlTokens
    from missent.web.tokens import Token

T = TypeVar("T")
# Those of `missent.web.tokens.Scope`; `--help` must not load it, and a test compares.
SCOPES = {
    "screen": "ask about recipients",
    "form": "ask as a stranger: who writes to whom counts for nothing",
    "held:read": "list held messages",
    "held:write": "release, redirect and discard them",
    "decisions:read": "look through decisions",
    "decisions:write": "judge them",
    "exceptions:read": "list exceptions",
    "exceptions:write": "make and end them",
    "contacts:read": "look up who writes to whom",
    "metrics": "read /metrics from another machine",
}
_UNITS = {"h": 3600, "d": 86_400}


def _end(_context: click.Context, _option: click.Parameter, given: str | None) -> int | None:
    if not given:
        return None
    if given[:-1].isascii() and given[:-1].isdigit() and given[-1] in _UNITS:
        return int(time.time()) + min(int(given[:-1]), 100_000) * _UNITS[given[-1]]
    try:
        at = int(datetime.fromisoformat(given).replace(tzinfo=UTC).timestamp())
    except ValueError:
        raise click.BadParameter(f"{given!r} is neither a date (2027-01-31) nor 90d") from None
    if at <= time.time():
        raise click.BadParameter(f"{given} is over; name a later day")
    return at


@click.group(name="token")
def command() -> None:
    """Say which programs may ask the API, and what.

    A program shows its token as `Authorization: Bearer SECRET`. Every change is recorded in the
    trail.

    \b
    Examples:
      missent token add booking --scope form
      missent token list
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"


@command.command(
    name="add", epilog="\b\nScopes:\n" + "\n".join(f"  {k:<17} {v}" for k, v in SCOPES.items())
)
@click.argument("name", callback=shell.name)
@click.option(
    "--scope", "scopes", type=click.Choice(list(SCOPES)), multiple=True, required=True,
    metavar="SCOPE", help="What it allows; may be given again, see below.",
)  # fmt: skip
@click.option(
    "--expires", callback=_end, metavar="DATE", help="When it ends by itself: a day (UTC), or 90d."
)
@form("text", "json")
@click.pass_obj
def add(
    context: Context, *, name: str, scopes: tuple[str, ...], expires: int | None, form: str
) -> None:
    """Make a token NAME and print its secret, once: it is kept nowhere.

    \b
    Examples:
      missent token add booking --scope form --expires 365d
      missent token add desk --scope held:read --scope held:write > desk.token
    """  # noqa: D301  \b is click's mark for "leave these lines as they are"
    from missent.web.tokens import Scope  # noqa: PLC0415  `--help` needs none

    wanted = [Scope(scope) for scope in dict.fromkeys(scopes)]
    now = int(time.time())

    def added(tokens: SqlTokens) -> Coroutine[Any, Any, tuple[Token, str]]:
        return tokens.add(name, wanted, shell.me(), at=now, expires=expires)

    try:
        token, secret = _with_tokens(context, added, make=True)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if form == "json":
        click.echo(json.dumps({**_as_json(token), "secret": secret}))
        return
    click.echo(secret)
    if sys.stdout.isatty():
        click.echo(f"{name}: that is the secret; it is not shown again", err=True)


@command.command(name="list")
@form("text", "json", told="For people, or one JSON object a line.")
@click.pass_obj
def list_(context: Context, form: str) -> None:
    """List the tokens, never their secrets.

    Example: missent token list --format json
    """
    found = _with_tokens(context, lambda tokens: tokens.all())
    none = "there is no token; make one: missent token add booking --scope form"
    shell.listed(found, form, line=_line, as_json=_as_json, none=none)


@command.command(name="revoke")
@click.argument("name")
@click.pass_obj
def revoke(context: Context, name: str) -> None:
    """End the token NAME; a running server follows within seconds.

    Example: missent token revoke booking
    """
    now = int(time.time())
    if not _with_tokens(context, lambda tokens: tokens.revoke(name, shell.me(), now)):
        raise click.UsageError(f"there is no token {name!r} that holds; see missent token list")
    click.echo(f"{name}: revoked")


def _line(token: Token) -> str:
    words = [f"{printable(token.name):<20}", ", ".join(sorted(token.scopes))]
    told = _as_json(token)
    words += [
        f"{key} {told[key]}" for key in ("created", "used", "expires", "revoked") if told[key]
    ]
    return "  ".join(words)


def _as_json(token: Token) -> dict[str, Any]:
    return {
        "number": token.number,
        "name": token.name,
        "scopes": sorted(token.scopes),
        "created": _moment(token.created),
        "expires": _moment(token.expires),
        "revoked": _moment(token.revoked),
        "used": _moment(token.used),
    }


def _moment(at: int | None) -> str | None:
    return None if at is None else iso(at)


def _with_tokens(
    context: Context, ask: Callable[[SqlTokens], Coroutine[Any, Any, T]], *, make: bool = False
) -> T:
    from missent.web.sql.tokens import SqlTokens  # noqa: PLC0415  slow to import

    return shell.with_store(context, lambda store: ask(SqlTokens(store)), make=make)
